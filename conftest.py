"""Fixtures and markers shared by every test of the workspace."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import httpx
import pytest

from portail_local import server_fixtures
from portail_local.server_fixtures import Broker

pytest_plugins = ["chassis.testing.plugin"]

FOLDER_MARKERS = ("unit", "integration", "contract", "e2e", "faults")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="fault tests: hundreds of faults, outages of ten minutes")
    parser.addoption("--seed", type=int, help="fault tests: draws the same faults again")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "faults: processes killed and connections cut while people use the portal")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each test is marked by the folders it lies in below tests/: unit, integration, contract, e2e, e2e/faults.

    Where several workers share the tests, those that need the whole system stay together, as do those of a file.
    """
    for item in items:
        folders = Path(item.path).parent.parts
        below = folders[folders.index("tests") + 1 :] if "tests" in folders else ()
        for marker in set(below).intersection(FOLDER_MARKERS):
            item.add_marker(marker)
        item.add_marker(pytest.mark.xdist_group("e2e" if "e2e" in below else str(item.path)))
    items.sort(key=lambda item: "e2e" not in item.keywords)  # the longest first; the rest keeps its order


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures of the crash tests, whatever their outcome and whichever worker had them."""
    reports = [
        report for each in terminalreporter.stats.values() for report in each if getattr(report, "when", "") == "call"
    ]
    told = [value for report in reports for name, value in report.user_properties if name == "lines"]
    if told:
        terminalreporter.section("crashes")
    for lines in told:
        terminalreporter.write("\n".join(map(str, lines)) + "\n\n")


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
