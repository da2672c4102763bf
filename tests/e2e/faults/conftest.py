"""Faults: the figures, and what lies below the application."""

import pytest
from faults.databases import Databases
from faults.figures import figures

from driver import Portal

__all__ = ["figures"]


@pytest.fixture(scope="session")
def databases(running_portal: Portal) -> Databases:
    return Databases(running_portal)
