"""Identity under test: its own keys and the tests' signer are both trusted."""

import base64
import os
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from chassis.runtime import Service
from chassis.testing.plugin import Harness, running_service
from identity.entrypoints.context import parts_of
from identity.entrypoints.service import SERVICE
from mail_server import MailServer

OPERATOR_TOKEN = "operator-of-the-tests"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.parent.name
        if "identity" in item.path.parts and folder in ("unit", "integration", "contract"):
            item.add_marker(folder)
