"""Nothing acknowledged is lost nor doubled, whatever process is killed."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from driver.crashes.storm import Outage, Storm
from driver.launch import launched
from portail_local.layout import SERVICES, WEB


@dataclass(frozen=True)
class Run:
    """How much is done with so many replicas of every service and of the web client."""

    replicas: int
    faults: int
    faults_long: int
    outages: tuple[Outage, ...] = ()
    outages_long: tuple[Outage, ...] = ()


RUNS = [
    Run(1, 8, 110, (Outage("planning", 15),), (Outage("planning", 600),)),
    Run(3, 12, 100, (), (Outage("billing", 30),)),
]


@pytest.fixture
def is_long(request: pytest.FixtureRequest) -> bool:
    """Whether the long run was asked for."""
    return bool(request.config.getoption("long"))


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Of everything drawn; shown with the figures."""
    given: int | None = request.config.getoption("seed")
    return secrets.randbelow(1_000_000) if given is None else given


@pytest.mark.timeout(5400)
@pytest.mark.parametrize("run", RUNS, ids=["one of each", "three of each"])
def test_what_was_acknowledged_is_there_once(
    run: Run, is_long: bool, seed: int, record_property: Callable[[str, object], None]
) -> None:
    options = [f"--replicas={name}={run.replicas}" for name in (*SERVICES, WEB)] if run.replicas > 1 else []
    faults, outages = (run.faults_long, run.outages_long) if is_long else (run.faults, run.outages)
    with launched(*options) as portal:
        storm = Storm(portal, seed, patience_seconds=1200 if is_long else 150)
        report = storm.run(f"Crashes with {run.replicas} of each", faults, outages)
    record_property("lines", report.lines())
    assert report.problems == ()
