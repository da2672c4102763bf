"""Nothing acknowledged is lost nor doubled, whatever process is killed."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from driver.crashes.storm import Outage, Storm
from driver.crashes.victims import KINDS
from driver.launch import launched
from portail_local.layout import SERVICES, WEB


@dataclass(frozen=True)
class Run:
    """How much is done with so many replicas, one of those that are not named; ``patience``: seconds until quiet."""

    name: str
    faults: int
    outages: tuple[Outage, ...]
    patience: float
    replicas: Mapping[str, int] = field(default_factory=dict)


_SOME = dict.fromkeys(("planning", "billing", WEB), 3)
SHORT = [Run("three of some", len(KINDS), (Outage("planning", 15),), 150, _SOME)]
"""Every kind of process dies once, with and without another of it."""
LONG = [
    Run("one of each", 110, (Outage("planning", 600),), 1200),
    Run("three of each", 100, (Outage("billing", 30),), 1200, dict.fromkeys((*SERVICES, WEB), 3)),
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The long runs where they were asked for."""
    runs = LONG if metafunc.config.getoption("long") else SHORT
    metafunc.parametrize("run", runs, ids=[run.name for run in runs])


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Of everything drawn; shown with the figures."""
    given: int | None = request.config.getoption("seed")
    return secrets.randbelow(1_000_000) if given is None else given


@pytest.mark.timeout(5400)
def test_what_was_acknowledged_is_there_once(
    run: Run, seed: int, record_property: Callable[[str, object], None]
) -> None:
    with launched(*(f"--replicas={name}={count}" for name, count in run.replicas.items())) as portal:
        storm = Storm(portal, seed, patience_seconds=run.patience)
        report = storm.run(f"Crashes, {run.name}", run.faults, run.outages)
    record_property("lines", report.lines())
    assert report.problems == ()
