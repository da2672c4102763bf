"""The sample service of these tests."""

import sys
from pathlib import Path

import pytest

from chassis.runtime import Service

sys.path.insert(0, str(Path(__file__).parent / "sample_service" / "src"))


@pytest.fixture(scope="session")
def service() -> Service:
    from sample.entrypoints.service import SERVICE

    return SERVICE
