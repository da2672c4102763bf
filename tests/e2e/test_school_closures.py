"""A day closed for one school, and a group, written on the calendar's page without scripts."""

from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from driver import Parent, Portal, System, TownHall, until
from driver.accessibility import problems_of
from driver.pages import Camera, PortalPages
from faults.crowd import Crowd
from faults.databases import Databases
from faults.waiting_scene import FROM, UNTIL, WaitedFor

TUESDAY = date(2022, 9, 6)
STAYS, MOVES = "École Jules Verne", "École Louis Pasteur"


@pytest.fixture(scope="module")
def scene(running_portal: Portal, system: System, numerian: TownHall) -> WaitedFor:
    """Aline and Basile, of two schools, who both booked the day."""
    crowd = Crowd(system.gateway_url, numerian, Databases(running_portal).signer())
    parent = system.parent("numerian", numerian.register_family(("Aline", "Basile")))
    moves_to_another_school(numerian, parent, "Basile")
    scene = WaitedFor(parent, crowd.activity("Repas des écoles", capacity=20), (TUESDAY,))
    for child in ("Aline", "Basile"):
        scene.enrol(parent, child)
        parent.draft(child, scene.activity_id, scene.days, FROM, UNTIL)
    parent.commit()
    return scene


def moves_to_another_school(town_hall: TownHall, parent: Parent, child: str) -> None:
    address = f"/families/{parent.family.family_id}"
    file = town_hall.api.get("enrolment", address)
    kept = ("member_id", "kind", "first_name", "last_name", "birth_date", "school")
    members = [{name: each[name] for name in kept} for each in file["members"]]
    moved = [each | {"school": MOVES} if each["first_name"] == child else each for each in members]
    guardians = [
        {name: value for name, value in each.items() if name != "account_user_name"} for each in file["guardians"]
    ]
    body = {name: file[name] for name in ("name", "address", "quotient_familial")}
    town_hall.api.put("enrolment", address, body | {"guardians": guardians, "members": moved})
    until(lambda: MOVES in town_hall.api.get("planning", "/schools"))


@pytest.fixture
def desk(browser: Browser, running_portal: Portal) -> Iterator[PortalPages]:
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    tab = PortalPages(context.new_page(), running_portal.url("numerian"))
    tab.enter_town_hall("numerian")
    yield tab
    context.close()


@pytest.fixture
def measured(browser: Browser, running_portal: Portal) -> Iterator[PortalPages]:
    """With scripts, and without the policies that would keep axe out."""
    context = browser.new_context(locale="fr-FR", bypass_csp=True)
    tab = PortalPages(context.new_page(), running_portal.url("numerian"))
    tab.enter_town_hall("numerian")
    yield tab
    context.close()


def booked(scene: WaitedFor) -> set[str]:
    listed = scene.holder.reservations(TUESDAY, date(2022, 9, 7))
    return {str(each["first_name"]) for each in listed if each["status"] == "booked"}


def test_one_school_is_closed_and_a_group_has_its_places(desk: PortalPages, scene: WaitedFor) -> None:
    camera, page = Camera(desk.page), desk.page
    desk.go(f"/mairie/calendriers/{scene.activity_id}")
    for title in ("Groupes et places réservées", "Fermetures"):
        page.locator("summary", has_text=title).click()
    group = page.get_by_role("group", name="Groupe 1")
    group.get_by_label("Nom, lu par les familles").fill("3–5 ans")
    group.get_by_label("De (ans)").fill("3")
    group.get_by_label("à (ans compris)").fill("5")
    group.get_by_label("Dont réservées").fill("21")
    closure = page.get_by_role("group", name="Fermeture 1")
    closure.get_by_label("Du", exact=True).fill("2022-09-06")
    closure.get_by_label("Motif, lu par les familles").fill("Sortie au musée")
    closure.get_by_role("checkbox", name=MOVES).check()
    desk.press("Aperçu")
    desk.expect_text("Les places réservées dépassent la capacité")
    camera.take("school-closure-refused")
    group = page.get_by_role("group", name="3–5 ans")
    expect(group.get_by_label("Nom, lu par les familles")).to_have_value("3–5 ans")
    group.get_by_label("Dont réservées").fill("6")
    desk.press("Aperçu")
    desk.expect_text("mardi 6 septembre 2022 – Sortie au musée – 1 réservation, 1 famille")
    desk.expect_text("Fermé pour École Louis Pasteur : Sortie au musée")
    camera.take("school-closure-preview")
    page.get_by_role("checkbox", name="En publiant, annuler les réservations").check()
    desk.press("Publier")
    desk.expect_text("Les réservations des jours fermés sont annulées")
    assert booked(scene) == {"Aline"}
    expect(page.get_by_role("group", name="Fermeture 1").get_by_role("checkbox", name=MOVES)).to_be_checked()
    expect(page.get_by_role("group", name="3–5 ans").get_by_label("Dont réservées")).to_have_value("6")
    camera.take("school-closure-published")


def test_the_page_has_no_obstacle(measured: PortalPages, scene: WaitedFor) -> None:
    measured.go(f"/mairie/calendriers/{scene.activity_id}")
    for title in ("Groupes et places réservées", "Fermetures", "Ouvertures exceptionnelles"):
        details = measured.page.locator("details", has=measured.page.locator("summary", has_text=title))
        details.evaluate("each => { each.open = true }")
    assert problems_of(measured.page) == []
