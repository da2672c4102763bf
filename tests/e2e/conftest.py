"""The whole system, started once for all journeys, and a browser."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parent))

from driver import Bank, FamilyRecord, Mailbox, Parent, Portal, System, TownHall
from portail_local.layout import ROOT, Ports
from portail_local.ports import free_block
from portail_local.servers.accounts import is_root

CHROMIUM = Path("/usr/bin/chromium")
_QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")


def _portail(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "portail_local", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def _portal(port: int, state: Path) -> Portal:
    return Portal(Ports(port), state, tuple(json.loads((state / "demo.json").read_text())))


@pytest.fixture(scope="session")
def running_portal() -> Iterator[Portal]:
    """At the guide's day, with the demo communes. PORTAIL_TEST_PORTAL names the port of one that runs already."""
    if given := os.environ.get("PORTAIL_TEST_PORTAL"):
        state = Path(os.environ.get("PORTAIL_TEST_PORTAL_STATE", ROOT / ".portail"))
        yield _portal(int(given), state)
        return
    with tempfile.TemporaryDirectory(prefix="portail-e2e-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        state, port = Path(folder) / "state", free_block(80)
        settings = ("--state", str(state), "--port", str(port), "--at", "2022-07-04T09:00", "--bank-control")
        started = _portail("up", "--detach", *settings)
        try:
            assert started.returncode == 0, started.stdout + started.stderr
            yield _portal(port, state)
        finally:
            _portail("down", "--state", str(state))


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
    """Debian's Chromium; each test opens a context of its own.

    It ends with its file: as long as it runs, so does an event loop, and no asynchronous test can follow.
    """
    arguments = [*_QUIET, "--no-sandbox"] if is_root() else list(_QUIET)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield launched
        launched.close()
