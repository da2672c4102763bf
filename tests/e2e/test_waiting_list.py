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

MONDAY, TUESDAY = date(2022, 9, 5), date(2022, 9, 6)


@pytest.fixture(scope="module")
def scene(running_portal: Portal, system: System, numerian: TownHall) -> WaitedFor:
    crowd = Crowd(system.gateway_url, numerian, Databases(running_portal).signer())
    return waited_for(system, "numerian", numerian, crowd, MONDAY, TUESDAY)


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
