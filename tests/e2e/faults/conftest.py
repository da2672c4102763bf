"""Faults: the table of figures, and what the tests share."""

import pytest

from driver import Portal
from faults.databases import Databases
from faults.figures import figures, write_figures

__all__ = ["figures"]


@pytest.fixture(scope="session")
def databases(running_portal: Portal) -> Databases:
    return Databases(running_portal)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    write_figures(terminalreporter)
