"""Faults: the figures, and what lies below the application."""

import pytest

from driver import Portal
from faults.databases import Databases
from faults.figures import figures

__all__ = ["figures"]


@pytest.fixture(scope="session")
def databases(running_portal: Portal) -> Databases:
    return Databases(running_portal)
