"""The buttons of the family portal."""

import uuid
from collections.abc import Callable
from datetime import date

from driver import INSUFFICIENT_FUNDS_CARD, OWN_PASSWORD, until
from driver.plain_browser import Page, PlainBrowser
from faults.buttons import Click, World, booked, button
from faults.crowd import calendar

NEW_PASSWORD = "le hibou ne dort jamais"
TO_THE_BANK = "Vers le site sécurisé de la banque"
RECAP = "/planning/recapitulatif"


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
    parent = world.new_parent("Zoé")  # each time: who has left for the bank is warned before leaving again
    order_id, tab = parent.order(world.paid_activity, "Zoé")["order_id"], world.logged_in(parent)
    path = f"/inscriptions/commandes/{order_id}"
    return Click(
        tab,
        tab.go(path).form(f"{path}/payer"),
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
