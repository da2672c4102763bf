"""Every page that links lead to: nothing serious for axe, no wider than a telephone; the keyboard alone is enough."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from driver import INSUFFICIENT_FUNDS_CARD, OWN_PASSWORD, FamilyRecord, Parent, Portal, System, TownHall, until
from driver.accessibility import pages_reachable, problems_of
from driver.bank import asked_by_another_shop
from driver.pages import BankPages, PortalPages
from driver.scenes import lived_in

MOST_TABS = 60


@pytest.fixture
def tab(browser: Browser, running_portal: Portal) -> Iterator[PortalPages]:
    # The policies of the pages would keep axe out.
    context = browser.new_context(locale="fr-FR", bypass_csp=True)
    yield PortalPages(context.new_page(), running_portal.url("alixan"))
    context.close()


@pytest.fixture(scope="module")
def resident(system: System, town_hall: TownHall) -> Parent:
    return lived_in(system, town_hall)


def problems_of_all(page: Page, *starts: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in pages_reachable(page, *starts):
        found.setdefault(path, []).extend(problems_of(page))
    return {path: problems for path, problems in found.items() if problems}


def test_the_public_pages(tab: PortalPages, running_portal: Portal) -> None:
    starts = [running_portal.url("alixan", path) for path in ("/", "/mot-de-passe/perdu", "/cette-page-n-existe-pas")]
    assert problems_of_all(tab.page, *starts) == {}
    tab.go("/")
    tab.log_in("personne", "ne se connecte ainsi")
    expect(tab.page.get_by_role("alert")).to_be_visible()
    assert problems_of(tab.page) == []


@pytest.mark.timeout(600)
def test_the_familys_pages(tab: PortalPages, running_portal: Portal, resident: Parent) -> None:
    tab.go("/")
    tab.log_in(resident.family.user_name, OWN_PASSWORD)
    tab.expect_title(re.compile("^Bonjour"))
    invoice = resident.invoices()[0]["invoice_id"]
    louis = f"/planning?enfant={resident.family.members['Louis']}&debut=2023-03-01"
    canteen = resident.api.get("enrolment", "/activities")[0]["activity_id"]
    paths = (
        "/accueil",
        f"/planning/pourquoi?enfant={resident.family.members['Louis']}&creneau={canteen}/day&jour=2023-03-06",
        f"{louis}&vue=mensuel",
        *(f"{louis}&vue={view}&modifier=1" for view in ("mensuel", "quinzaine", "semaine")),
        f"/factures/recapitulatif?facture={invoice}",
        "/cette-page-n-existe-pas",
    )
    assert problems_of_all(tab.page, *(running_portal.url("alixan", path) for path in paths)) == {}


def announce_money(parent: Parent, town_hall: TownHall) -> None:
    """The page of controls has money that is in no payment."""
    payment_id = parent.ask_to_pay_order(
        parent.order(parent.activity("Cantine d'Alixan")["activity_id"], "Louis")["order_id"]
    )
    form = asked_by_another_shop(parent.payment_form(payment_id), reference=f"autre-{payment_id}")
    parent.bank.open_page(form).pay()
    until(lambda: town_hall.api.get("payment-gateway", "/unplaced-money")["items"])


@pytest.mark.timeout(600)
def test_the_town_halls_pages(
    tab: PortalPages, running_portal: Portal, resident: Parent, parent: Parent, town_hall: TownHall
) -> None:
    announce_money(parent, town_hall)
    tab.enter_town_hall("alixan")
    canteen = resident.api.get("enrolment", "/activities")[0]["activity_id"]
    paths = (
        "/mairie",
        f"/mairie/familles/{resident.family.family_id}",
        f"/mairie/familles/{resident.family.family_id}/modifier",
        f"/mairie/familles/{resident.family.family_id}/planning?membre={resident.family.members['Louis']}&mois=2023-03",
        f"/mairie/familles/{resident.family.family_id}/attente?membre={resident.family.members['Louis']}&mois=2023-03",
        "/mairie/familles/nouvelle",
        "/mairie/facturation?mois=2023-03",
        "/mairie/calendriers",
        f"/mairie/calendriers/{canteen}",
        "/mairie/agents",
        "/mairie/agents/nouveau",
        "/mairie/vacances",
        "/mairie/vacances/2035",
        f"/mairie/attente/regles/{canteen}",
        f"/mairie/absences/regles/{canteen}",
        "/mairie/cuisine?du=2023-03-06",
        f"/mairie/attente/priorites/{resident.family.members['Louis']}",
    )
    assert problems_of_all(tab.page, *(running_portal.url("alixan", path) for path in paths)) == {}


def test_the_banks_pages(tab: PortalPages, running_portal: Portal, resident: Parent) -> None:
    order = next(each for each in resident.api.get("enrolment", "/adhesion-orders") if each["status"] != "paid")
    tab.go("/")
    tab.log_in(resident.family.user_name, OWN_PASSWORD)
    tab.expect_title(re.compile("^Bonjour"))
    tab.go(f"/inscriptions/commandes/{order['order_id']}")
    tab.press("Payer")
    bank = BankPages(tab.page, running_portal.bank_url)
    bank.arrive()
    found = {"card": problems_of(tab.page)}
    bank.type_card("1234")
    found["card typed wrong"] = problems_of(tab.page)
    bank.type_card(INSUFFICIENT_FUNDS_CARD)
    found["refused"] = problems_of(tab.page)
    tab.follow("Essayer une autre carte")
    bank.type_card()
    found["code"] = problems_of(tab.page)
    bank.type_code("12")
    found["code typed wrong"] = problems_of(tab.page)
    bank.type_code(bank.code_on_the_phone())
    found["accepted"] = problems_of(tab.page)
    tab.page.goto(running_portal.bank_url)
    found["home"] = problems_of(tab.page)
    assert {name: problems for name, problems in found.items() if problems} == {}


def test_the_mails(tab: PortalPages, running_portal: Portal, resident: Parent) -> None:
    start = f"{running_portal.mail_url}/?to={resident.family.email}"
    assert problems_of_all(tab.page, start) == {}


def tab_to(page: Page, target: Locator) -> None:
    """Presses Tab until the target has the focus, and sees that the eye can follow."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            expect(target).to_be_in_viewport()
            return
    raise AssertionError(f"{MOST_TABS} tabs do not reach {target}")


def test_the_keyboard_is_enough(tab: PortalPages, running_portal: Portal, family: FamilyRecord) -> None:
    """From the login to days ticked in the planning, with Tab, Space and Enter."""
    page, keys = tab.page, tab.page.keyboard
    tab.go("/")
    _type_into(page, "Nom d'utilisateur", family.user_name)
    _type_into(page, "Mot de passe", family.first_password)
    keys.press("Enter")
    tab.expect_title("Choisissez votre mot de passe")
    _type_into(page, "Mot de passe reçu de la mairie", family.first_password)
    _type_into(page, "Nouveau mot de passe", OWN_PASSWORD)
    _type_into(page, "Le même, une seconde fois", OWN_PASSWORD)
    keys.press("Enter")
    _press(page, "link", "Inscrire mes enfants aux activités")
    tab_to(page, page.get_by_role("checkbox", name="Louis"))
    keys.press("Space")
    _press(page, "button", "Valider")
    _press(page, "button", "Payer")
    _pay_with_the_keyboard(page)
    tab.expect_title("Paiement confirmé")
    _press(page, "link", "Réserver des jours dans le planning")
    _press(page, "link", "Louis")
    for _ in range(2):
        following = page.get_by_role("link", name="Période suivante")
        tab_to(page, following)
        keys.press("Enter")
    tab.expect_title(re.compile("Septembre 2022"))
    _press(page, "link", "Modifier")
    for spoken in ("jeudi 1er septembre 2022", "vendredi 2 septembre 2022"):
        tab_to(page, page.get_by_role("checkbox", name=f"{spoken} :"))
        keys.press("Space")
    _press(page, "button", "Valider et terminer")
    tab.expect_title("Validation des modifications")
    tab.expect_text("2 jours attendent votre validation.")


def _type_into(page: Page, label: str, text: str) -> None:
    field = page.get_by_label(label, exact=False).first
    if not field.evaluate("element => element === document.activeElement"):
        tab_to(page, field)
    page.keyboard.type(text)


def _press(page: Page, role: str, name: str) -> None:
    target = page.get_by_role("button" if role == "button" else "link", name=name, exact=True).first
    expect(target).to_be_visible()
    tab_to(page, target)
    page.keyboard.press("Enter")


def _pay_with_the_keyboard(page: Page) -> None:
    expect(page.get_by_label("Numéro de carte")).to_be_visible()
    _type_into(page, "Numéro de carte", "4012001038443335")
    _type_into(page, "Date de fin de validité", "1230")
    _type_into(page, "Cryptogramme visuel", "123")
    page.keyboard.press("Enter")
    _press(page, "link", "Retour à la boutique")
