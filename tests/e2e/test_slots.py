"""A holiday centre with slots: mornings and whole days, told, priced and kept apart, with and without scripts."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from driver import OWN_PASSWORD, Parent, Portal, System
from driver.accessibility import problems_of
from driver.pages import Camera, PortalPages

CENTRE = "Centre de loisirs"
MONDAY, TUESDAY, WEDNESDAY = (f"{name} octobre 2022" for name in ("lundi 24", "mardi 25", "mercredi 26"))


@pytest.fixture(scope="module")
def resident(system: System) -> Parent:
    """A family of Veyras whose child of eight goes to the centre."""
    parent = system.parent("veyras", system.town_hall("veyras").register_family(("Louis",)))
    order = parent.order(parent.activity(CENTRE)["activity_id"], "Louis")
    parent.api.post("enrolment", f"/adhesion-orders/{order['order_id']}/payment")
    parent.wait_for_order(order["order_id"], "paid")
    parent.wait_until_open("Louis")
    return parent


def planning_of(browser: Browser, portal: Portal, parent: Parent, *, scripts: bool) -> Iterator[PortalPages]:
    context = browser.new_context(locale="fr-FR", java_script_enabled=scripts, bypass_csp=scripts)
    tab = PortalPages(context.new_page(), portal.url("veyras"))
    tab.go("/")
    tab.log_in(parent.family.user_name, OWN_PASSWORD)
    tab.expect_title(re.compile("^Bonjour"))
    tab.go(f"/planning?enfant={parent.family.members['Louis']}&debut=2022-10-24&vue=semaine&modifier=1")
    yield tab
    context.close()


@pytest.fixture
def tab(browser: Browser, running_portal: Portal, resident: Parent) -> Iterator[PortalPages]:
    yield from planning_of(browser, running_portal, resident, scripts=True)


@pytest.fixture
def plain_tab(browser: Browser, running_portal: Portal, resident: Parent) -> Iterator[PortalPages]:
    yield from planning_of(browser, running_portal, resident, scripts=False)


def test_slots_are_booked_without_scripts_and_those_that_overlap_refused(
    plain_tab: PortalPages, resident: Parent
) -> None:
    camera = Camera(plain_tab.page)
    for hours in ("8h30 – 17h30 · 11,00 €", "8h30 – 12h · 4,00 €", "13h30 – 17h30 · 4,00 €"):
        plain_tab.expect_text(hours)
    assert "Ce créneau n'a pas lieu le mercredi." in plain_tab.day(f"Matin du {WEDNESDAY}")
    camera.take("slots")
    plain_tab.tick_day(f"Matin du {MONDAY}")
    plain_tab.tick_day(f"Journée avec repas du {MONDAY}")
    plain_tab.tick_day(f"Matin du {TUESDAY}")
    plain_tab.press("Valider et terminer")
    plain_tab.expect_text(f"Matin du {MONDAY}\xa0: Ne se cumule pas avec « Journée avec repas » le même jour")
    camera.take("slots-refused")
    plain_tab.page.get_by_role("checkbox", name=f"Journée avec repas du {MONDAY} :").uncheck()
    plain_tab.press("Valider et terminer")
    plain_tab.expect_recap(
        [
            ("24/10/2022", f"{CENTRE} – Matin", "à l'unité", "4,00 €"),
            ("25/10/2022", f"{CENTRE} – Matin", "à l'unité", "4,00 €"),
        ],
        total="8,00 €",
    )
    camera.take("slots-recap")
    plain_tab.press("Terminer")
    plain_tab.expect_text("2 jours sont enregistrés")
    plain_tab.expect_text(f"{CENTRE} – Matin")
    booked = resident.reservations(date(2022, 10, 24), date(2022, 10, 31))
    assert [(each["slot"], each["unit_price_cents"]) for each in booked] == [("matin", 400), ("matin", 400)]


def test_ticking_a_slot_leaves_the_one_it_excludes(tab: PortalPages) -> None:
    assert problems_of(tab.page) == []
    tab.go("/activites")
    tab.expect_text("Journée avec repas, 8h30 – 17h30")
    assert problems_of(tab.page) == []
    tab.page.go_back()
    morning = tab.page.get_by_role("checkbox", name=f"Matin du {MONDAY} :")
    expect(morning).to_be_checked()
    tab.expect_cost("8,00 €")
    tab.tick_day(f"Journée avec repas du {MONDAY}")
    expect(morning).not_to_be_checked()
    tab.expect_cost("15,00 €")
    tab.tick_day(f"Après-midi du {TUESDAY}")
    expect(tab.page.get_by_role("checkbox", name=f"Matin du {TUESDAY} :")).to_be_checked()
    tab.press("Valider et terminer")
    table = tab.page.get_by_role("table", name="Récapitulatif de votre saisie")
    for slot, amount in (("Matin", "-4,00 €"), ("Journée avec repas", "11,00 €"), ("Après-midi", "4,00 €")):
        row = table.get_by_role("row").filter(has_text=f"{CENTRE} – {slot}")
        expect(row).to_contain_text(amount)
    expect(table.get_by_role("row").filter(has_text="Total de vos modifications")).to_contain_text("11,00 €")


def test_the_town_hall_sees_who_comes_to_each_slot(browser: Browser, running_portal: Portal, resident: Parent) -> None:
    context = browser.new_context(locale="fr-FR", bypass_csp=True)
    desk = PortalPages(context.new_page(), running_portal.url("veyras"))
    desk.enter_town_hall("veyras")
    desk.go("/mairie/reservations?jour=2022-10-25")
    desk.page.get_by_role("link", name=f"{CENTRE} 2022/2023 – Matin").click()
    expect(desk.page.get_by_role("table").get_by_role("row").filter(has_text="Louis")).to_be_visible()
    Camera(desk.page).take("slots-town-hall")
    assert problems_of(desk.page) == []
    context.close()


def test_slots_that_overlap_share_the_places_once_the_town_hall_says_so(
    browser: Browser, running_portal: Portal, resident: Parent
) -> None:
    context = browser.new_context(locale="fr-FR", bypass_csp=True)
    desk = PortalPages(context.new_page(), running_portal.url("veyras"))
    camera = Camera(desk.page)
    desk.enter_town_hall("veyras")
    desk.go(f"/mairie/calendriers/{resident.activity(CENTRE)['activity_id']}")
    choice = desk.page.get_by_role("group", name="Créneaux qui se chevauchent")
    expect(choice.get_by_role("radio", name="Chaque créneau a ses propres places")).to_be_checked()
    choice.get_by_role("radio", name="Ils partagent les places").check()
    morning = desk.page.get_by_role("group", name="Matin", exact=True).get_by_label("Places par jour")
    morning.fill("0")
    desk.press("Aperçu")
    desk.expect_text("Les créneaux qui se chevauchent partagent les places : 40 présents au plus au même moment.")
    desk.expect_text("Des jours auraient plus de réservations que de places")
    desk.expect_text(f"{MONDAY} – 1 réservation pour 0 place")
    assert problems_of(desk.page) == []
    camera.take("slots-shared-preview")
    morning.fill("")
    desk.press("Publier")
    desk.expect_text("Le calendrier est publié")
    desk.expect_text("Les créneaux qui se chevauchent partagent les places : 40 présents au plus au même moment.")
    expect(choice.get_by_role("radio", name="Ils partagent les places")).to_be_checked()
    camera.take("slots-shared")
    desk.go("/mairie/reservations?jour=2022-10-25")
    desk.expect_text("au plus au même moment, avec les créneaux qui se chevauchent, pour 40 places partagées")
    assert problems_of(desk.page) == []
    camera.take("slots-shared-list")
    context.close()
