"""The buttons of the town hall."""

import re
import uuid
from datetime import date

from driver import until
from driver.plain_browser import Page
from faults.buttons import Click, World, booked, button, workshop_changed


@button("/mairie/facturation")
def invoice_a_month(world: World) -> Click:
    booked(world, "Théo", date(2022, 11, 14))
    charge = "member_id = $1 and day = '2022-11-14'"
    until(lambda: world.count("billing", "charge", charge, world.parent.family.members["Théo"]))
    form = world.desk.go("/mairie/facturation?mois=2022-11").form("/mairie/facturation")
    return Click(
        world.desk,
        form,
        r"factures? émises?",
        lambda _pages: world.count(
            "billing", "invoice", "family_id = $1 and period = '2022-11-01'", world.parent.family.family_id
        ),
    )


@button("/mairie/activites/{activity_id}")
def change_an_activity(world: World) -> Click:
    row = "activity where description = 'Un atelier repeint.'"
    typed = {"description": "Un atelier repeint.", "suite": "enregistrer"}
    return workshop_changed(world, "/mairie/activites", "L'activité est enregistrée", "enrolment", row, **typed)


@button("/mairie/calendriers/{activity_id}")
def publish_a_calendar(world: World) -> Click:
    row, typed = "activity_calendar where last_places = 3", {"dernieres": "3", "suite": "publier"}
    return workshop_changed(world, "/mairie/calendriers", "Le calendrier est publié", "planning", row, **typed)


@button("/mairie/calendriers/{activity_id}/reservations")
def cancel_what_is_closed(world: World) -> Click:
    """A day is closed after it was booked."""
    day, api = date(2022, 11, 18), world.town_hall.api
    booked(world, "Louis", day)
    shown = api.get("planning", f"/activities/{world.workshop}/calendar")
    calendar = {name: value for name, value in shown.items() if not name.endswith("_text") and name != "notices"}
    closure = {"from": "2022-11-18", "to": "2022-11-19", "reason": "Grève"}
    api.put("planning", f"/activities/{world.workshop}/calendar", {**calendar, "closures": [closure]})
    path = f"/mairie/calendriers/{world.workshop}"
    cancelled = "member_id = $1 and day = $2 and status = 'cancelled' and version = 2"
    return Click(
        world.desk,
        world.desk.go(path).form(f"{path}/reservations"),
        "Les réservations des jours fermés sont annulées",
        lambda _pages: world.count("planning", "reservation", cancelled, world.parent.family.members["Louis"], day),
    )


@button("/mairie/controles")
def compare_the_books(world: World) -> Click:
    tenant_id = world.town_hall.api.get("identity", "/commune")["tenant_id"]
    round_of_ours = "tenant_id = $1 and stated_at is distinct from $2"
    last = world.databases.query("planning", "select stated_at from statement_round where tenant_id = $1", tenant_id)
    return Click(
        world.desk,
        world.desk.go("/mairie/controles").form("/mairie/controles"),
        "La vérification est (faite|lancée)",
        lambda _pages: until(
            lambda: world.count(
                "planning", "statement_round", round_of_ours, tenant_id, last[0]["stated_at"] if last else None
            )
        ),
    )


@button("/mairie/familles/{family_id}/modifier")
def create_a_family(world: World) -> Click:
    name = f"Famille {uuid.uuid4()}"
    form = world.desk.go("/mairie/familles/nouvelle").form("/mairie/familles/[^/]+/modifier")
    typed = {"nom": name, "adresse": "2 rue Haute", "code_postal": "30000", "ville": "Numérian", "suite": "enregistrer"}
    child = {"membre.0.prenom": "Noé", "membre.0.nom": "Blanc", "membre.0.naissance": "2016-02-03"}
    families = "family join member_family using (tenant_id, family_id) where name = $1"
    return Click(
        world.desk,
        form.filled(**typed, **child),
        "Le dossier est créé",
        lambda _pages: world.databases.count("enrolment", f"select count(*) from {families}", name),
    )


def letter(world: World, path: str, user_name: str) -> Click:
    """A first password is drawn and printed; each letter that is printed must open the account."""

    def passwords_that_open(pages: list[Page]) -> int:
        printed = {word for page in pages for word in re.findall(r"\b(?:[a-z2-9]{4}-){3}[a-z2-9]{4}\b", page.text)}
        opened = [world.browser().log_in(user_name, each).path for each in printed]
        return len(printed) if opened == ["/premier-mot-de-passe"] else -1

    return Click(world.desk, world.desk.go(path).form(path), "Premier mot de passe", passwords_that_open)


@button("/mairie/familles/{family_id}/comptes/{account_id}/premier-mot-de-passe")
def print_a_letter(world: World) -> Click:
    record = world.town_hall.register_family(("Zoé",))
    account = world.town_hall.api.get("identity", "/accounts", family_id=record.family_id)["items"][0]
    path = f"/mairie/familles/{record.family_id}/comptes/{account['account_id']}/premier-mot-de-passe"
    return letter(world, path, record.user_name)


def agent(world: World) -> tuple[str, str]:
    """A new account of the town hall: the path of its page, and its user name."""
    account_id = str(uuid.uuid4())
    user_name = f"agent.{account_id[:8]}"
    body = {"user_name": user_name, "display_name": "Agent", "roles": ["agent"]}
    world.town_hall.api.put("identity", f"/accounts/{account_id}", body)
    return f"/mairie/agents/{account_id}", user_name


@button("/mairie/agents/{account_id}")
def create_an_agent(world: World) -> Click:
    user_name = f"neuf.{uuid.uuid4().hex[:8]}"
    form = world.desk.go("/mairie/agents/nouveau").form("/mairie/agents/[0-9a-f-]{36}")
    typed = {"nom": "Nouvel agent", "utilisateur": user_name, "role.agent": "agent"}
    return Click(
        world.desk,
        form.filled(**typed),
        "Le compte est enregistré",
        lambda _pages: world.count("identity", "account", "user_name = $1", user_name),
    )


@button("/mairie/agents/{account_id}/acces")
def shut_an_agent_out(world: World) -> Click:
    path, user_name = agent(world)
    return Click(
        world.desk,
        world.desk.go(path).form(f"{path}/acces").filled(suite="retirer"),
        "Tous les accès sont retirés",
        lambda _pages: world.count("identity", "account", "user_name = $1 and closed and version = 2", user_name),
    )


@button("/mairie/agents/{account_id}/premier-mot-de-passe")
def print_an_agents_letter(world: World) -> Click:
    path, user_name = agent(world)
    return letter(world, f"{path}/premier-mot-de-passe", user_name)


@button("/mairie/vacances/{school_year}")
def write_holidays(world: World) -> Click:
    path, name = "/mairie/vacances/2040", f"Pont {uuid.uuid4()}"
    typed = {"vacances.0.nom": name, "vacances.0.du": "2041-05-02", "vacances.0.au": "2041-05-04"}
    return Click(
        world.desk,
        world.desk.go(path).form(path).filled(**typed, suite="enregistrer"),
        "Les dates sont enregistrées",
        lambda _pages: world.count("planning", "school_holiday", "school_year = 2040 and name = $1", name),
    )


@button("/mairie/vacances/semaine")
def write_the_week_of_school(world: World) -> Click:
    form = world.desk.go("/mairie/vacances").form("/mairie/vacances/semaine")
    tenant_id = world.town_hall.api.get("identity", "/commune")["tenant_id"]
    return Click(
        world.desk,
        form,
        "La semaine d'école est enregistrée",
        lambda _pages: world.count("planning", "school_week", "tenant_id = $1", tenant_id),
    )


@button("/mairie/messages/{family_id}")
def answer_a_family(world: World) -> Click:
    path = f"/mairie/messages/{world.parent.family.family_id}"
    body = f"C'est noté. {uuid.uuid4()}"
    return Click(
        world.desk,
        world.desk.go(path).form(path).filled(subject="Re : Allergie", body=body),
        "Votre message est envoyé à la famille",
        lambda _pages: world.count("communication", "message", "body = $1", body),
    )


@button("/mairie/documents")
def publish_a_document(world: World) -> Click:
    title = f"Menus {uuid.uuid4()}"
    form = world.desk.go("/mairie/documents").form("/mairie/documents").filled(title=title)
    pixel = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89\0\0\0\0IEND\xaeB`\x82"
    return Click(
        world.desk,
        form.with_file("file", "menus.png", pixel),
        "Le document est publié",
        lambda _pages: world.count("communication", "document", "title = $1", title),
    )


@button("/mairie/documents/{document_id}/retirer")
def withdraw_a_document(world: World) -> Click:
    document_id = world.town_hall.api.get("communication", "/documents")[0]["document_id"]
    path = f"/mairie/documents/{document_id}/retirer"
    return Click(
        world.desk,
        world.desk.go(path).form(path),
        "Le document est retiré",
        lambda _pages: 1 - world.count("communication", "document", "document_id = $1", document_id),
    )


def published(world: World) -> str:
    article = {"title": f"Actualité {uuid.uuid4()}", "body": "Texte"}
    return str(world.town_hall.api.post("communication", "/news", article)["id"])


@button("/mairie/actualites/nouvelle")
def publish_news(world: World) -> Click:
    title = f"Fête de l'école {uuid.uuid4()}"
    form = world.desk.go("/mairie/actualites/nouvelle").form("/mairie/actualites/nouvelle")
    return Click(
        world.desk,
        form.filled(title=title, body="Samedi.", geste="publier"),
        "L'actualité est publiée",
        lambda _pages: world.count("communication", "news", "title = $1", title),
    )


@button("/mairie/actualites/{news_id}")
def correct_news(world: World) -> Click:
    path, title = f"/mairie/actualites/{published(world)}", f"Corrigée {uuid.uuid4()}"
    return Click(
        world.desk,
        world.desk.go(path).form(path).filled(title=title, body="Dimanche.", geste="publier"),
        "L'actualité est modifiée",
        lambda _pages: world.count("communication", "news", "title = $1", title),
    )


@button("/mairie/actualites/{news_id}/retirer")
def withdraw_news(world: World) -> Click:
    news_id = published(world)
    path = f"/mairie/actualites/{news_id}/retirer"
    return Click(
        world.desk,
        world.desk.go(path).form(path),
        "L'actualité est retirée",
        lambda _pages: 1 - world.count("communication", "news", "news_id = $1", news_id),
    )


@button("/mairie/accueil")
def change_the_welcome(world: World) -> Click:
    title = f"Bienvenue {uuid.uuid4()}"
    form = world.desk.go("/mairie/accueil").form("/mairie/accueil")
    return Click(
        world.desk,
        form.filled(title=title, body="Texte", geste="publier"),
        "Le texte d'accueil est publié",
        lambda _pages: world.count("communication", "home_page", "title = $1", title),
    )
