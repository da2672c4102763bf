"""Every button of the web client that commits something, clicked twice at the same instant: one effect, and whichever
answer the browser shows is one that a person understands.
"""

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from fastapi.routing import APIRoute
from faults.crowd import Crowd, calendar
from faults.databases import Databases
from faults.figures import Figures
from playwright.sync_api import Browser, expect

from driver import INSUFFICIENT_FUNDS_CARD, OWN_PASSWORD, Bank, Mailbox, Parent, Portal, System, until
from driver.pages import PortalPages
from driver.plain_browser import Form, Page, PlainBrowser
from web import family, town_hall

NEW_PASSWORD = "le hibou ne dort jamais"
TO_THE_BANK = "Vers le site sécurisé de la banque"
SEPTEMBER, OCTOBER = date(2022, 9, 1), date(2022, 10, 1)


@dataclass(frozen=True)
class Click:
    """A form about to be sent. Each sending must lead to a page that says ``tells``; ``effects`` counts what happened
    and must find one.
    """

    browser: PlainBrowser
    form: Form
    tells: str
    effects: Callable[[list[Page]], int]


class World:
    """Numérian: its town hall, a family with an activity, and what the tests see below."""

    def __init__(self, portal: Portal, system: System, bank: Bank, mailbox: Mailbox, databases: Databases) -> None:
        self.portal, self.system, self.bank, self.mailbox, self.databases = portal, system, bank, mailbox, databases
        self.town_hall = system.town_hall("numerian")
        self.free_days = iter([f"2022-09-{day:02}" for day in (19, 20, 21, 22, 23, 26, 27, 28)])
        self._crowd = Crowd(system.gateway_url, self.town_hall, databases.signer())
        self.workshop = self._crowd.activity("Atelier")
        self.paid_activity = self._crowd.activity("Stage", fee_cents=1000)
        self.parent = self.new_parent()
        order = self.parent.order(self.workshop, *self.parent.family.members)
        self.parent.api.post("enrolment", f"/adhesion-orders/{order['order_id']}/payment")
        for name in self.parent.family.members:
            self.parent.wait_until_open(name)
        self.tab = self.browser()
        self.tab.log_in(self.parent.family.user_name, OWN_PASSWORD)
        self.desk = self.browser()
        self.desk.log_in("mairie.numerian", "demonstration-numerian")

    def browser(self) -> PlainBrowser:
        return PlainBrowser(self.portal.gateway_url, f"numerian.localhost:{self.portal.ports.gateway}")

    def new_parent(self, *children: str) -> Parent:
        record = self.town_hall.register_family(children or ("Louis", "Estelle", "Louane", "Théo"))
        return self.system.parent("numerian", record, self.bank)

    def logged_in(self, parent: Parent) -> PlainBrowser:
        browser = self.browser()
        browser.log_in(parent.family.user_name, OWN_PASSWORD)
        return browser

    def draft(self, name: str, *days: str) -> None:
        wanted = [date.fromisoformat(day) for day in days]
        self.parent.draft(name, self.workshop, wanted, SEPTEMBER, OCTOBER)

    def count(self, service: str, table: str, condition: str, *values: object) -> int:
        return self.databases.count(service, f"select count(*) from {table} where {condition}", *values)

    def staged(self, name: str) -> str:
        """An order of the activity that costs something; its id."""
        return str(self.parent.order(self.paid_activity, name)["order_id"])

    def reset_link(self, parent: Parent) -> str:
        self.system.api("numerian").post("identity", "/password-resets", {"user_name": parent.family.user_name})
        mail = self.mailbox.wait_for(parent.family.email, "mot de passe")[0]
        found = re.search(r"(/mot-de-passe/\S+)", mail.text)
        assert found, mail.text
        return found[1]


Scenario = Callable[[World], Click]
SCENARIOS: dict[str, Scenario] = {}


def button(path: str) -> Callable[[Scenario], Scenario]:
    """The scenario of the route that answers to ``path``."""

    def keep(scenario: Scenario) -> Scenario:
        SCENARIOS[path] = scenario
        return scenario

    return keep


def greets(browser: PlainBrowser) -> Callable[[list[Page]], int]:
    return lambda _pages: int(browser.go("/accueil").heading.startswith("Bonjour"))


@button("/connexion")
def log_in(world: World) -> Click:
    browser = world.browser()
    typed = {"user_name": world.parent.family.user_name, "password": OWN_PASSWORD}
    return Click(browser, browser.go("/").form("/connexion").filled(**typed), "Bonjour", greets(browser))


@button("/deconnexion")
def log_out(world: World) -> Click:
    browser = world.logged_in(world.parent)
    form, cookies = browser.go("/accueil").form("/deconnexion"), dict(browser.cookies)

    def ended(_pages: list[Page]) -> int:
        browser.cookies = dict(cookies)
        return int(browser.go("/accueil").path == "/")

    return Click(browser, form, "Vous êtes déconnecté", ended)


@button("/mot-de-passe-oublie")
def forget_password(world: World) -> Click:
    parent, browser = world.new_parent("Zoé"), world.browser()
    form = browser.go("/mot-de-passe-oublie").form("/mot-de-passe-oublie").filled(user_name=parent.family.user_name)

    def mails(_pages: list[Page]) -> int:
        world.mailbox.wait_for(parent.family.email, "mot de passe")
        until(lambda: world.count("identity", "password_reset", "next_try_at <= now()") == 0)
        return len(world.mailbox.wait_for(parent.family.email, "mot de passe"))

    return Click(browser, form, "un lien vient de partir", mails)


@button("/mot-de-passe/{token}")
def reset_password(world: World) -> Click:
    parent, browser = world.new_parent("Zoé"), world.browser()
    link = world.reset_link(parent)
    form = browser.go(link).form(link).filled(new_password=NEW_PASSWORD, again=NEW_PASSWORD)

    def opens(_pages: list[Page]) -> int:
        return int(world.browser().log_in(parent.family.user_name, NEW_PASSWORD).heading.startswith("Bonjour"))

    return Click(browser, form, "mot de passe est changé", opens)


@button("/premier-mot-de-passe")
def choose_password(world: World) -> Click:
    record, browser = world.town_hall.register_family(("Zoé",)), world.browser()
    page = browser.log_in(record.user_name, record.first_password)
    typed = {"current_password": record.first_password, "new_password": NEW_PASSWORD, "again": NEW_PASSWORD}
    return Click(browser, page.form("/premier-mot-de-passe").filled(**typed), "Bonjour", greets(browser))


@button("/messagerie")
def write_to_the_town_hall(world: World) -> Click:
    body = f"Louis est allergique aux noix. {uuid.uuid4()}"
    return Click(
        world.tab,
        world.tab.go("/messagerie").form("/messagerie").filled(subject="Allergie", body=body),
        "Votre message est envoyé à la mairie",
        lambda _pages: world.count("communication", "message", "body = $1", body),
    )


@button("/dossier/coordonnees")
def change_coordinates(world: World) -> Click:
    family_id = world.parent.family.family_id
    version = "select version from family where family_id = $1"
    before = world.databases.count("enrolment", version, family_id)
    form = world.tab.go("/dossier").form("/dossier/coordonnees").filled(email=f"neuf.{uuid.uuid4().hex}@example.org")
    return Click(
        world.tab,
        form,
        "Vos coordonnées sont enregistrées",
        lambda _pages: world.databases.count("enrolment", version, family_id) - before,
    )


@button("/inscriptions/paiement-immediat")
def order_adhesions(world: World) -> Click:
    member = world.parent.family.members["Louis"]
    page = world.tab.go("/inscriptions/paiement-immediat")
    form = page.form("/inscriptions/paiement-immediat").filled(activity=world.paid_activity, membre=member)
    return Click(
        world.tab,
        form,
        "1 inscription pour un montant total de 10,00",
        lambda _pages: world.count(
            "enrolment", "adhesion", "member_id = $1 and activity_id = $2", member, world.paid_activity
        ),
    )


@button("/inscriptions/commandes/{order_id}/payer")
def pay_order(world: World) -> Click:
    order_id = world.staged("Estelle")
    path = f"/inscriptions/commandes/{order_id}"
    return Click(
        world.tab,
        world.tab.go(path).form(f"{path}/payer"),
        TO_THE_BANK,
        lambda _pages: world.count("enrolment", "order_payment", "order_id = $1", order_id),
    )


@button("/inscriptions/commandes/{order_id}/annuler")
def cancel_order(world: World) -> Click:
    order_id = world.staged("Louane")
    path = f"/inscriptions/commandes/{order_id}"
    return Click(
        world.tab,
        world.tab.go(path).form(f"{path}/annuler"),
        "Cochez les personnes à inscrire",
        lambda _pages: world.count("enrolment", "adhesion_order", "order_id = $1 and status = 'cancelled'", order_id),
    )


@button("/paiement/{payment_id}/banque")
def go_on_to_the_bank(world: World) -> Click:
    payment_id = world.parent.ask_to_pay_order(world.staged("Théo"))
    until(lambda: world.parent.payment(payment_id))
    path = f"/paiement/{payment_id}"
    return Click(
        world.tab,
        world.tab.go(path).form(f"{path}/banque"),
        TO_THE_BANK,
        lambda _pages: world.count("payment-gateway", "payment_attempt", "payment_id = $1", payment_id),
    )


@button("/paiement/{payment_id}/reessayer")
def try_again(world: World) -> Click:
    parent = world.new_parent("Zoé")
    order_id = parent.order(world.paid_activity, "Zoé")["order_id"]
    payment_id = parent.ask_to_pay_order(order_id)
    bank_page = parent.at_the_bank(payment_id)
    bank_page.pay(INSUFFICIENT_FUNDS_CARD)
    parent.wait_for_payment(payment_id, "refused")
    browser, path = world.logged_in(parent), f"/paiement/{payment_id}"
    return Click(
        browser,
        browser.go(path).form(f"{path}/reessayer"),
        TO_THE_BANK,
        lambda _pages: world.count("enrolment", "order_payment", "order_id = $1", order_id) - 1,
    )


@button("/planning")
def tick_days(world: World) -> Click:
    member = world.parent.family.members["Louis"]
    page = world.tab.go(f"/planning?enfant={member}&debut=2022-09-01&vue=mensuel&modifier=1")
    days = {f"jours.{world.workshop}": ["2022-09-05"]}
    return Click(
        world.tab,
        page.form("/planning").filled(suite="terminer", **days),
        "Afin d'enregistrer définitivement votre saisie",
        lambda _pages: world.count("planning", "draft_line", "member_id = $1", member),
    )


RECAP = "/planning/recapitulatif"


@button(f"{RECAP}/lignes/{{line_id}}/retirer")
def give_up_a_line(world: World) -> Click:
    world.draft("Louis", "2022-09-05", "2022-09-06")
    form = world.tab.go(RECAP).form(f"{RECAP}/lignes/[0-9a-f-]+/retirer")
    member = world.parent.family.members["Louis"]
    return Click(
        world.tab,
        form,
        "Afin d'enregistrer définitivement votre saisie",
        lambda _pages: 2 - world.count("planning", "draft_line", "member_id = $1", member),
    )


@button(f"{RECAP}/supprimer")
def give_everything_up(world: World) -> Click:
    world.draft("Louis", "2022-09-05")
    form = world.tab.go(RECAP).form(f"{RECAP}/supprimer")
    family_id = world.parent.family.family_id
    return Click(
        world.tab,
        form,
        "Coût de la période",
        lambda _pages: int(world.count("planning", "draft_line", "family_id = $1", family_id) == 0),
    )


@button(f"{RECAP}/sans-impossibles")
def go_on_without_the_impossible(world: World) -> Click:
    world.draft("Louis", "2022-09-05", "2022-09-14")
    closed = {"from": "2022-09-14", "to": "2022-09-15", "reason": "Grève"}
    path = f"/activities/{world.workshop}/calendar"
    world.town_hall.api.put("planning", path, {**calendar(None), "closures": [closed]})
    form = world.tab.go(RECAP).form(f"{RECAP}/sans-impossibles")
    member = world.parent.family.members["Louis"]
    return Click(
        world.tab,
        form,
        "Afin d'enregistrer définitivement votre saisie",
        lambda _pages: world.count("planning", "draft_line", "member_id = $1", member),
    )


@button(f"{RECAP}/terminer")
def book(world: World) -> Click:
    member, day = world.parent.family.members["Estelle"], next(world.free_days)
    world.parent.api.delete("planning", "/draft")
    world.draft("Estelle", day)
    form = world.tab.go(RECAP).form(f"{RECAP}/terminer")
    return Click(
        world.tab,
        form,
        "C'est réservé",
        lambda _pages: world.count(
            "planning", "reservation", "member_id = $1 and day = $2", member, date.fromisoformat(day)
        ),
    )


def booked(world: World, name: str, day: date) -> None:
    world.parent.api.delete("planning", "/draft")
    world.parent.draft(name, world.workshop, [day], day.replace(day=1), day.replace(day=28))
    world.parent.commit()


@button("/factures/payer")
def pay_invoices(world: World) -> Click:
    booked(world, "Louane", date(2022, 10, 10))
    invoice_id = world.town_hall.invoice_of(world.parent, "2022-10")["invoice_id"]
    form = world.tab.go(f"/factures/recapitulatif?facture={invoice_id}").form("/factures/payer")
    return Click(
        world.tab,
        form,
        TO_THE_BANK,
        lambda _pages: world.count("billing", "invoice_payment_item", "invoice_id = $1", invoice_id),
    )


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


@button("/mairie/familles/{family_id}/comptes/{account_id}/premier-mot-de-passe")
def print_a_letter(world: World) -> Click:
    record = world.town_hall.register_family(("Zoé",))
    account = world.town_hall.api.get("identity", "/accounts", family_id=record.family_id)["items"][0]
    path = f"/mairie/familles/{record.family_id}/comptes/{account['account_id']}/premier-mot-de-passe"

    def passwords_that_open(pages: list[Page]) -> int:
        printed = {word for page in pages for word in re.findall(r"\b(?:[a-z2-9]{4}-){3}[a-z2-9]{4}\b", page.text)}
        opened = [world.browser().log_in(record.user_name, each).path for each in printed]
        return len(printed) if opened == ["/premier-mot-de-passe"] else -1

    return Click(world.desk, world.desk.go(path).form(path), "Premier mot de passe", passwords_that_open)


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


def unsafe_routes() -> list[str]:
    """Every route of the application that changes something."""
    return sorted(
        route.path
        for router in (*family.ROUTERS, *town_hall.ROUTERS)
        for route in router.routes
        if isinstance(route, APIRoute) and route.methods - {"GET", "HEAD", "OPTIONS"}
    )


@pytest.fixture(scope="module")
def world(running_portal: Portal, system: System, mailbox: Mailbox, databases: Databases) -> World:
    return World(running_portal, system, system.bank(), mailbox, databases)


def test_no_button_is_forgotten() -> None:
    assert sorted(SCENARIOS) == unsafe_routes()


@pytest.mark.parametrize("path", SCENARIOS)
def test_a_double_click_has_one_effect(world: World, figures: Figures, path: str) -> None:
    click = SCENARIOS[path](world)
    pages = click.browser.send_at_once(click.form)
    understood = [page.status == 200 and re.search(click.tells, page.text) is not None for page in pages]
    figures.check(
        f"double click {path}",
        injected="the same form twice at once",
        expected={"effects": 1, "understood": 2},
        found={"effects": click.effects(pages), "understood": sum(understood)},
    )


REAL = {
    "/connexion": "Se connecter",
    "/premier-mot-de-passe": "Enregistrer et continuer",
    "/messagerie": "Envoyer",
    "/inscriptions/commandes/{order_id}/payer": "Payer",
    "/planning/recapitulatif/terminer": "Terminer",
    "/mairie/actualites/nouvelle": "Publier",
}
"""Buttons of which a person's hand is most impatient, and what is written on them."""


@pytest.mark.parametrize(
    ("path", "scripts"), [("/messagerie", True), (f"{RECAP}/terminer", True), *((path, False) for path in REAL)]
)
def test_a_real_double_click(browser: Browser, world: World, figures: Figures, path: str, scripts: bool) -> None:
    """In Chromium: the second click comes while the first is on its way."""
    click, url = SCENARIOS[path](world), world.portal.url("numerian").rstrip("/")
    context = browser.new_context(java_script_enabled=scripts)
    try:
        tab = context.new_page()
        if click.browser.credentials:
            pages = PortalPages(tab, url)
            pages.go("/")
            pages.log_in(*click.browser.credentials)
            expect(tab).not_to_have_url(f"{url}/")
        tab.goto(url + click.form.page)
        form = tab.locator(f"form[action='{click.form.action}']")
        for name, value in click.form.typed:
            for field in form.locator(f"input[name='{name}'], textarea[name='{name}']").all():
                field.fill(value)
        form.get_by_role("button", name=REAL[path], exact=True).dblclick()
        expect(tab.locator("main")).to_contain_text(re.compile(click.tells), timeout=15_000)
        click.browser.cookies = {each["name"]: each["value"] for each in context.cookies(url)}
    finally:
        context.close()
    figures.check(
        f"in Chromium {path}",
        injected=f"a double click {'with' if scripts else 'without'} scripts",
        expected={"effects": 1},
        found={"effects": click.effects([])},
    )
