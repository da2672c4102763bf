"""Fixtures and markers shared by every test of the workspace."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import httpx
import pytest
from xdist.scheduler.loadfile import LoadFileScheduling

from portail_local import server_fixtures
from portail_local.server_fixtures import Broker

pytest_plugins = ["chassis.testing.plugin"]

CRASHES = "tests/e2e/faults/test_crashes.py"
"""They start systems of their own: beside the other tests of the system, not among them."""
FOLDER_MARKERS = ("unit", "integration", "contract", "e2e", "faults")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="fault tests: hundreds of faults, outages of ten minutes")
    parser.addoption("--seed", type=int, help="fault tests: draws the same faults again")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "faults: processes killed and connections cut while people use the portal")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each test is marked by the folders it lies in below tests/: unit, integration, contract, e2e, e2e/faults."""
    for item in items:
        folders = Path(item.path).parent.parts
        below = folders[folders.index("tests") + 1 :] if "tests" in folders else ()
        for marker in set(below).intersection(FOLDER_MARKERS):
            item.add_marker(marker)
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """The longest first: those of the system, and the crashes beside them. The rest keeps its order."""
    if item.nodeid.startswith(CRASHES):
        return 1
    return 0 if "e2e" in item.keywords else 2


class SystemApart(LoadFileScheduling):
    """Where several workers share the tests, those of one whole system stay together, as do those of a file."""

    def _split_scope(self, nodeid: str) -> str:
        of_the_system = nodeid.startswith("tests/e2e/") and not nodeid.startswith(CRASHES)
        return "tests/e2e" if of_the_system else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> SystemApart:
    """Called by pytest-xdist."""
    return SystemApart(config, log)


@pytest.fixture(scope="session")
def postgres_admin_url() -> Iterator[str]:
    """Address of a superuser of a real PostgreSQL server."""
    with server_fixtures.postgres_admin_url() as url:
        yield url


@pytest.fixture(scope="session")
def _broker() -> Iterator[Broker]:
    with server_fixtures.rabbitmq() as broker:
        yield broker


@pytest.fixture(scope="session")
def rabbitmq_management(_broker: Broker) -> str:
    """Base address of the management API, with user and password: `http://user:password@host:port`."""
    if _broker.management_url is None:
        pytest.skip("PORTAIL_TEST_RABBITMQ_MANAGEMENT_URL is not given beside PORTAIL_TEST_AMQP_URL")
    return _broker.management_url


@pytest.fixture(scope="session")
def amqp_url(_broker: Broker) -> Iterator[str]:
    """AMQP address with a virtual host of this session alone (the given one when there is no management API)."""
    if _broker.management_url is None:
        yield _broker.amqp_url
        return
    vhost = f"test-{uuid.uuid4().hex[:12]}"
    user = urlsplit(_broker.amqp_url).username
    with httpx.Client(base_url=_broker.management_url, timeout=30, trust_env=False) as management:
        management.put(f"/api/vhosts/{vhost}").raise_for_status()
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        management.put(f"/api/permissions/{vhost}/{user}", json=rights).raise_for_status()
        yield urlunsplit(urlsplit(_broker.amqp_url)._replace(path="/" + quote(vhost, safe="")))
        management.delete(f"/api/vhosts/{vhost}").raise_for_status()
