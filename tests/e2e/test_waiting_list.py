"""A full day is waited for; a place told by mail is accepted on the page without scripts, or let go to the next."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, expect

from driver import OWN_PASSWORD, Mailbox, Parent, Portal, System, TownHall
from driver.accessibility import problems_of
from driver.pages import Camera, PortalPages
from faults.crowd import Crowd
from faults.databases import Databases
from faults.waiting_scene import WaitedFor, offer_of, waited_for

MONDAY, TUESDAY, THURSDAY = date(2022, 9, 5), date(2022, 9, 6), date(2022, 9, 8)


@pytest.fixture(scope="module")
def scene(running_portal: Portal, system: System, numerian: TownHall) -> WaitedFor:
    crowd = Crowd(system.gateway_url, numerian, Databases(running_portal).signer())
    return waited_for(system, "numerian", numerian, crowd, MONDAY, TUESDAY, THURSDAY)


@pytest.fixture(scope="module")
def first(system: System, numerian: TownHall, scene: WaitedFor) -> Parent:
    parent = system.parent("numerian", numerian.register_family(("Zoé",)))
    scene.enrol(parent, "Zoé")
    return parent


@pytest.fixture(scope="module")
def second(system: System, numerian: TownHall, scene: WaitedFor) -> Parent:
    parent = system.parent("numerian", numerian.register_family(("Adam",)))
    scene.enrol(parent, "Adam")
    return parent


@pytest.fixture
def plain_tab(browser: Browser, running_portal: Portal, first: Parent) -> Iterator[PortalPages]:
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    tab = PortalPages(context.new_page(), running_portal.url("numerian"))
    tab.go("/")
    tab.log_in(first.family.user_name, OWN_PASSWORD)
    tab.expect_title(re.compile("^Bonjour"))
    yield tab
    context.close()


def test_joined_offered_accepted(
    plain_tab: PortalPages, scene: WaitedFor, first: Parent, second: Parent, mailbox: Mailbox
) -> None:
    camera = Camera(plain_tab.page)
    plain_tab.go(f"/planning?enfant={first.family.members['Zoé']}&debut=2022-09-05&vue=semaine")
    camera.take("waiting-planning")
    plain_tab.page.get_by_role("link", name="Rejoindre la liste d'attente").first.click()
    plain_tab.page.get_by_role("checkbox", name="Lundi 5 septembre 2022").check()
    camera.take("waiting-choice")
    plain_tab.press("Attendre une place")
    plain_tab.expect_text("Vous êtes sur la liste d'attente")
    plain_tab.expect_text("Rang 1, inscrit le")
    scene.wait(second, "Adam", MONDAY)

    scene.free(MONDAY)
    mail = mailbox.wait_for(first.family.email, "Une place s'est libérée pour Zoé")[0]
    assert "lundi 5 septembre 2022" in mail.text
    link = re.search(r"http://\S+/planning/attente", mail.text)
    assert link
    plain_tab.page.goto(link[0])
    plain_tab.expect_text("rien n'est encore réservé")
    camera.take("waiting-offer")
    plain_tab.page.get_by_role("button", name=re.compile("^Accepter")).click()
    plain_tab.expect_text("La place est acceptée")
    booked = first.reservations(MONDAY, TUESDAY)
    assert [(each["day"], each["status"]) for each in booked] == [("2022-09-05", "booked")]
    assert second.reservations(MONDAY, TUESDAY) == []
    plain_tab.go("/planning/historique")
    plain_tab.expect_text("Place de la liste d'attente, acceptée")


def test_a_place_let_go_reaches_the_next(scene: WaitedFor, first: Parent, second: Parent, mailbox: Mailbox) -> None:
    scene.wait(first, "Zoé", TUESDAY)
    scene.wait(second, "Adam", TUESDAY)
    scene.free(TUESDAY)
    first.api.post("planning", f"/place-offers/{offer_of(first, TUESDAY)}/decline")
    offer = offer_of(second, TUESDAY)
    mailbox.wait_for(second.family.email, "Une place s'est libérée pour Adam")
    second.api.post("planning", f"/place-offers/{offer}/accept")
    assert [each["day"] for each in second.reservations(TUESDAY, date(2022, 9, 7))] == ["2022-09-06"]


def test_the_town_hall_follows_the_lists(browser: Browser, running_portal: Portal, scene: WaitedFor) -> None:
    context = browser.new_context(locale="fr-FR", bypass_csp=True)
    desk = PortalPages(context.new_page(), running_portal.url("numerian"))
    camera = Camera(desk.page)
    desk.enter_town_hall("numerian")
    desk.go(f"/mairie/attente?du=2022-09-01&activite={scene.activity_id}")
    row = desk.page.get_by_role("table").get_by_role("row").filter(has_text="lundi 5 septembre 2022")
    expect(row).to_be_visible()
    assert problems_of(desk.page) == []
    camera.take("waiting-town-hall")
    row.get_by_role("link").click()
    expect(desk.page.get_by_role("table", name="Qui attend").get_by_role("row").filter(has_text="Adam")).to_be_visible()
    expect(desk.page.get_by_role("table", name="Places données").get_by_text("Acceptée")).to_be_visible()
    assert problems_of(desk.page) == []
    camera.take("waiting-town-hall-list")
    desk.go(f"/mairie/attente/regles/{scene.activity_id}")
    camera.take("waiting-rules")
    context.close()


def test_a_place_is_waited_for_and_accepted_at_the_town_hall(
    browser: Browser, running_portal: Portal, scene: WaitedFor, first: Parent, mailbox: Mailbox
) -> None:
    """For a parent on the telephone, without scripts; the family reads who did it, and is told."""
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    desk = PortalPages(context.new_page(), running_portal.url("numerian"))
    camera = Camera(desk.page)
    desk.enter_town_hall("numerian")
    desk.go(f"/mairie/familles/{first.family.family_id}")
    camera.take("waiting-counter-file")
    desk.follow("Listes d'attente : répondre à une place, attendre un jour complet")
    for _ in range(2):
        desk.page.get_by_role("link", name="Mois suivant").click()
    desk.page.get_by_role("checkbox", name="Jeudi 8 septembre 2022").check()
    camera.take("waiting-counter-choice")
    desk.press("Attendre une place")
    desk.expect_text("La famille est sur la liste d'attente")
    camera.take("waiting-counter-joined")

    scene.free(THURSDAY)
    offer_of(first, THURSDAY)
    desk.go(f"/mairie/familles/{first.family.family_id}/attente")
    camera.take("waiting-counter-offer")
    desk.page.get_by_role("button", name=re.compile("^Accepter")).click()
    desk.expect_text("La place est acceptée")
    camera.take("waiting-counter-accepted")
    assert [each["day"] for each in first.reservations(THURSDAY, date(2022, 9, 9))] == ["2022-09-08"]
    mail = mailbox.wait_for(first.family.email, "changement fait par la mairie")[0]
    assert "- jeudi 8 septembre 2022, Zoé" in mail.text
    desk.go(f"/mairie/familles/{first.family.family_id}/historique")
    desk.expect_text("réservé par la mairie")
    desk.expect_text("inscrit sur la liste d'attente par la mairie")
    camera.take("waiting-counter-trail")
    desk.go(f"/mairie/familles/{first.family.family_id}/planning?membre={first.family.members['Zoé']}&mois=2022-09")
    camera.take("waiting-counter-planning")
    context.close()


def test_the_familys_pages_are_accessible(
    browser: Browser, running_portal: Portal, scene: WaitedFor, first: Parent
) -> None:
    scene.wait(first, "Zoé", TUESDAY)
    context = browser.new_context(locale="fr-FR", bypass_csp=True)
    tab = PortalPages(context.new_page(), running_portal.url("numerian"))
    tab.go("/")
    tab.log_in(first.family.user_name, OWN_PASSWORD)
    tab.expect_title(re.compile("^Bonjour"))
    choice = f"/planning/attente/rejoindre?enfant={first.family.members['Zoé']}&debut=2022-09-05&vue=semaine"
    for path in ("/planning/attente", choice):
        tab.go(path)
        assert problems_of(tab.page) == [], path
    context.close()
