"""Faults injected into running systems; their figures are shown at the end, whatever the outcome."""

import secrets
from collections.abc import Callable, Sequence

import pytest

_FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture
def show(request: pytest.FixtureRequest) -> Callable[[Sequence[str]], None]:
    """Keeps lines for the end of the run."""

    def keep(lines: Sequence[str]) -> None:
        request.config.stash.setdefault(_FIGURES, []).extend(["", *lines])

    return keep


@pytest.fixture(scope="session")
def is_long(request: pytest.FixtureRequest) -> bool:
    """Whether the long runs were asked for."""
    return bool(request.config.getoption("long"))


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    """Of everything drawn; shown with the figures."""
    given = request.config.getoption("seed")
    return secrets.randbelow(1_000_000) if given is None else int(given)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """The figures, also of what succeeded."""
    if lines := config.stash.get(_FIGURES, []):
        terminalreporter.section("figures of the faults")
        terminalreporter.write("\n".join(lines) + "\n")
