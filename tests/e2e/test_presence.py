"""The list of the day on a tablet: ticked while the connection is lost, kept, and sent when it is back."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from driver import Portal, System, TownHall, until
from driver.accessibility import problems_of
from driver.pages import Camera, PortalPages
from faults.crowd import Crowd
from faults.databases import Databases
from faults.waiting_scene import WaitedFor, waited_for

MONDAY, TUESDAY, THURSDAY, FRIDAY = (date(2022, 9, day) for day in (5, 6, 8, 9))
SCHOOL = "École Jules Verne"
Marks = dict[str, bool | None]


@pytest.fixture(scope="module")
def scene(running_portal: Portal, system: System, numerian: TownHall) -> WaitedFor:
    """«Tenant» is expected every day; «Passante» has the activity and did not book."""
    crowd = Crowd(system.gateway_url, numerian, Databases(running_portal).signer())
    scene = waited_for(system, "numerian", numerian, crowd, MONDAY, TUESDAY, THURSDAY, FRIDAY)
    scene.enrol(system.parent("numerian", numerian.register_family(("Passante",))), "Passante")
    return scene


@pytest.fixture
def tablet(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="fr-FR", bypass_csp=True, viewport={"width": 820, "height": 1180})
    yield context
    context.close()


@pytest.fixture
def tab(tablet: BrowserContext, running_portal: Portal) -> PortalPages:
    tab = PortalPages(tablet.new_page(), running_portal.url("numerian"))
    tab.enter_town_hall("numerian")
    return tab


def marks(numerian: TownHall, scene: WaitedFor, day: date) -> Marks:
    """What the town hall has: who is on the list, by first name."""
    query = {"activity_id": scene.activity_id, "day": day.isoformat()}
    children = numerian.api.get("planning", "/presence", **query)["children"]
    return {child["first_name"]: child["present"] for child in children}


def list_of(scene: WaitedFor, day: date, more: str = "") -> str:
    return f"/mairie/pointage?activite={scene.activity_id}&jour={day}{more}"


def there(page: Page, child: str) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^Présent : {child}".replace(" ", r"\s")))


def away(page: Page, child: str) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^Absent : {child}".replace(" ", r"\s")))


def test_ticks_outlive_a_lost_connection(
    tablet: BrowserContext, tab: PortalPages, scene: WaitedFor, numerian: TownHall
) -> None:
    camera = Camera(tab.page)
    tab.go(f"/mairie/reservations?jour=2022-09-05&activite={scene.activity_id}")
    assert problems_of(tab.page) == []
    camera.take("list-to-print")
    tab.page.get_by_role("link", name="Pointer les présences").click()
    expect(there(tab.page, "Tenant")).to_have_attribute("aria-pressed", "false")
    expect(tab.page.get_by_text("Connexion perdue")).to_be_hidden()
    assert problems_of(tab.page) == []

    tablet.set_offline(True)
    away(tab.page, "Tenant").click()
    there(tab.page, "Tenant").click()
    expect(there(tab.page, "Tenant")).to_have_attribute("aria-pressed", "true")
    expect(tab.page.get_by_text("Connexion perdue")).to_be_visible()
    camera.take("presence-offline")
    assert marks(numerian, scene, MONDAY) == {"Tenant": None}

    tablet.set_offline(False)
    until(lambda: marks(numerian, scene, MONDAY)["Tenant"])
    expect(tab.page.get_by_text("Connexion perdue")).to_be_hidden()
    tab.page.reload()
    expect(there(tab.page, "Tenant")).to_have_attribute("aria-pressed", "true")
    assert problems_of(tab.page) == []
    camera.take("presence")


def test_a_child_without_booking_is_added_offline_and_taken_off_again(
    tablet: BrowserContext, tab: PortalPages, scene: WaitedFor, numerian: TownHall
) -> None:
    tab.go(list_of(scene, TUESDAY))
    listed = tab.page.locator("[data-presence] > li")
    expect(listed).to_have_count(1)
    expect(away(tab.page, "Passante")).to_be_hidden()

    tablet.set_offline(True)
    there(tab.page, "Passante").click()
    expect(listed).to_have_count(2)
    expect(there(tab.page, "Passante")).to_be_focused()
    expect(tab.page.locator("[data-there]")).to_have_text("1")
    tab.page.get_by_label("Nom d'un enfant").fill("personne")
    tab.press("Chercher")
    tab.expect_text("Pas de réponse : seuls les noms déjà sur cette page sont cherchés.")
    expect(listed).to_have_count(2)
    assert marks(numerian, scene, TUESDAY) == {"Tenant": None}

    tablet.set_offline(False)
    until(lambda: marks(numerian, scene, TUESDAY) == {"Tenant": None, "Passante": True})
    tab.page.reload()
    expect(listed).to_have_count(2)
    away(tab.page, "Passante").click()
    expect(listed).to_have_count(1)
    until(lambda: marks(numerian, scene, TUESDAY) == {"Tenant": None})


def test_a_child_of_another_part_is_fetched_by_its_name(tab: PortalPages, scene: WaitedFor) -> None:
    tab.go(list_of(scene, TUESDAY, "&ecole=Ailleurs"))
    listed = tab.page.locator("[data-presence] > li")
    expect(listed).to_have_count(0)
    tab.expect_text("Personne n'est attendu.")
    tab.page.get_by_label("Nom d'un enfant").fill("passant")
    tab.press("Chercher")
    there(tab.page, "Passante").click()
    expect(listed).to_have_count(1)
    expect(tab.page.get_by_text("Personne n'est attendu.")).to_be_hidden()
    assert problems_of(tab.page) == []
    Camera(tab.page).take("presence-of-a-school")


def test_ticks_outlive_the_session(
    tablet: BrowserContext, tab: PortalPages, scene: WaitedFor, numerian: TownHall, running_portal: Portal
) -> None:
    """The town hall's answer is then the page where one logs in: it is no proof that a tick was kept."""
    tab.go(list_of(scene, THURSDAY, f"&ecole={SCHOOL}"))
    tablet.set_offline(True)
    there(tab.page, "Tenant").click()
    expect(tab.page.get_by_text("Connexion perdue")).to_be_visible()
    # The session ends on the town hall's side before the connection is back, and the tablet does not know.
    tab.page.route("**/mairie/pointage/marques", lambda route: route.abort())
    tablet.set_offline(False)
    cookies = tablet.cookies()
    other = PortalPages(tablet.new_page(), running_portal.url("numerian"))
    other.go("/mairie")
    other.log_out()
    tablet.add_cookies(cookies)
    tab.page.unroute("**/mairie/pointage/marques")

    expect(tab.page.get_by_text("reconnectez-vous, rien n'est perdu")).to_be_visible()
    expect(tab.page.get_by_text("Connexion perdue")).to_be_hidden()
    assert problems_of(tab.page) == []
    Camera(tab.page).take("presence-session-ended")
    assert marks(numerian, scene, THURSDAY) == {"Tenant": None}

    tab.follow("Me reconnecter")
    tab.log_in("mairie.numerian", "demonstration-numerian")
    tab.expect_title("Pointage")
    expect(tab.page.get_by_label("École", exact=True)).to_have_value(SCHOOL)
    until(lambda: marks(numerian, scene, THURSDAY) == {"Tenant": True})
    expect(there(tab.page, "Tenant")).to_have_attribute("aria-pressed", "true")


def test_any_list_sends_what_was_kept_of_the_others(
    tablet: BrowserContext, tab: PortalPages, scene: WaitedFor, numerian: TownHall, running_portal: Portal
) -> None:
    tab.go(list_of(scene, FRIDAY))
    tablet.set_offline(True)
    away(tab.page, "Tenant").click()
    expect(tab.page.get_by_text("Connexion perdue")).to_be_visible()
    tab.page.close()
    tablet.set_offline(False)
    assert marks(numerian, scene, FRIDAY) == {"Tenant": None}
    PortalPages(tablet.new_page(), running_portal.url("numerian")).go(list_of(scene, MONDAY))
    until(lambda: marks(numerian, scene, FRIDAY) == {"Tenant": False})
