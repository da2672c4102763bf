"""The whole system, started once for all journeys, and a browser."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

from driver import Bank, FamilyRecord, Mailbox, Parent, Portal, System, TownHall
from driver.launch import launched, portal_at
from driver.pages import PortalPages
from driver.waiting import PATIENCE_SECONDS
from portail_local.layout import ROOT
from portail_local.servers.accounts import is_root

CHROMIUM = Path("/usr/bin/chromium-headless-shell")
expect.set_options(timeout=PATIENCE_SECONDS * 1000)  # as patient as every other step of the browser
_QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")


@pytest.fixture(scope="session")
def running_portal() -> Iterator[Portal]:
    """At the guide's day, with the demo communes. PORTAIL_TEST_PORTAL names the port of one that runs already."""
    if given := os.environ.get("PORTAIL_TEST_PORTAL"):
        state = Path(os.environ.get("PORTAIL_TEST_PORTAL_STATE", ROOT / ".portail"))
        yield portal_at(int(given), state)
        return
    with launched() as portal:
        yield portal


@pytest.fixture(scope="session")
def system(running_portal: Portal) -> Iterator[System]:
    ports = running_portal.ports
    gateway, bank, mail = (f"http://127.0.0.1:{port}" for port in (ports.gateway, ports.bank, ports.mail))
    with System(gateway, bank, mail) as running:
        yield running


@pytest.fixture
def bank(system: System) -> Iterator[Bank]:
    """Genuine again once the test is over."""
    opened = system.bank()
    yield opened
    opened.behave()


@pytest.fixture(scope="session")
def mailbox(system: System) -> Mailbox:
    return system.mailbox()


@pytest.fixture(scope="module")
def town_hall(system: System) -> TownHall:
    """Alixan's administrator."""
    return system.town_hall("alixan")


@pytest.fixture(scope="module")
def numerian(system: System) -> TownHall:
    """A town hall where tests open activities of their own: Alixan keeps those of the guide."""
    return system.town_hall("numerian")


@pytest.fixture
def family(town_hall: TownHall) -> FamilyRecord:
    """A family of this test alone, with Louis, Estelle, Louane and Théo."""
    return town_hall.register_family()


@pytest.fixture
def parent(system: System, bank: Bank, family: FamilyRecord) -> Parent:
    """Its parent, logged in; any misbehaviour of the bank ends with the test."""
    return system.parent("alixan", family, bank)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without windows; each test opens a context of its own.

    It ends with its file: as long as it runs, so does an event loop, and no asynchronous test can follow.
    """
    arguments = [*_QUIET, "--no-sandbox"] if is_root() else list(_QUIET)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield launched
        launched.close()


@pytest.fixture
def tabs(browser: Browser, running_portal: Portal) -> Iterator[list[PortalPages]]:
    """Two of Numérian's, without scripts: the town hall's and the family's."""
    contexts = [browser.new_context(locale="fr-FR", java_script_enabled=False) for _ in range(2)]
    yield [PortalPages(context.new_page(), running_portal.url("numerian")) for context in contexts]
    for context in contexts:
        context.close()
