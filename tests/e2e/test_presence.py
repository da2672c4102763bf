"""The list of the day on a tablet: ticked while the connection is lost, kept, and sent when it is back."""

import re
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from driver import Portal, System, TownHall, until
from driver.accessibility import problems_of
from driver.pages import Camera, PortalPages
from faults.crowd import Crowd
from faults.databases import Databases
from faults.waiting_scene import WaitedFor, waited_for

MONDAY = date(2022, 9, 5)


@pytest.fixture(scope="module")
def scene(running_portal: Portal, system: System, numerian: TownHall) -> WaitedFor:
    crowd = Crowd(system.gateway_url, numerian, Databases(running_portal).signer())
    return waited_for(system, "numerian", numerian, crowd, MONDAY)


@pytest.fixture
def tablet(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(locale="fr-FR", bypass_csp=True, viewport={"width": 820, "height": 1180})
    yield context
    context.close()


def present(numerian: TownHall, scene: WaitedFor) -> bool | None:
    query = {"activity_id": scene.activity_id, "day": MONDAY.isoformat()}
    (child,) = numerian.api.get("planning", "/presence", **query)["children"]
    found: bool | None = child["present"]
    return found


def test_ticks_outlive_a_lost_connection(
    tablet: BrowserContext, running_portal: Portal, scene: WaitedFor, numerian: TownHall
) -> None:
    tab = PortalPages(tablet.new_page(), running_portal.url("numerian"))
    camera = Camera(tab.page)
    tab.enter_town_hall("numerian")
    tab.go(f"/mairie/reservations?jour=2022-09-05&activite={scene.activity_id}")
    tab.page.get_by_role("link", name="Pointer les présences").click()
    there = tab.page.get_by_role("button", name=re.compile("^Présent"))
    away = tab.page.get_by_role("button", name=re.compile("^Absent"))
    expect(there).to_have_attribute("aria-pressed", "false")
    expect(tab.page.get_by_text("Connexion perdue")).to_be_hidden()
    assert problems_of(tab.page) == []

    tablet.set_offline(True)
    away.click()
    there.click()
    expect(there).to_have_attribute("aria-pressed", "true")
    expect(tab.page.get_by_text("Connexion perdue")).to_be_visible()
    camera.take("presence-offline")
    assert present(numerian, scene) is None

    tablet.set_offline(False)
    until(lambda: present(numerian, scene))
    expect(tab.page.get_by_text("Connexion perdue")).to_be_hidden()
    tab.page.reload()
    expect(there).to_have_attribute("aria-pressed", "true")
    assert problems_of(tab.page) == []
    camera.take("presence")
