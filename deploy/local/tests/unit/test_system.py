from pathlib import Path

import pytest

from portail_local.layout import SERVICES
from portail_local.process import Process, Stage
from portail_local.state import Options, State
from portail_local.system import System


@pytest.fixture
def system(tmp_path: Path) -> System:
    return System(State(tmp_path), Options(port=9000, replicas={"planning": 3}), clock_offset_seconds=-60)


def by_name(processes: list[Process]) -> dict[str, Process]:
    return {process.name: process for process in processes}


class TestServices:
    def test_replicas_are_numbered(self, system: System) -> None:
        names = [process.name for process in system.services()]
        assert [name for name in names if name.startswith("planning")] == ["planning-1", "planning-2", "planning-3"]
        assert "billing" in names

    def test_each_has_its_own_database_and_roles(self, system: System) -> None:
        environment = by_name(system.services())["payment-gateway"].environment
        assert environment["PORTAIL_DATABASE_URL"].startswith("postgresql://payment_gateway_app:")
        assert environment["PORTAIL_DATABASE_URL"].endswith(":9010/payment_gateway")
        assert environment["PORTAIL_RELAY_DATABASE_URL"].startswith("postgresql://payment_gateway_relay:")

    def test_none_holds_the_superuser_or_the_owner(self, system: System) -> None:
        superuser = system.state.secrets().postgres
        for process in system.services():
            assert superuser not in "".join(process.environment.values())
            assert not any("_owner:" in value for value in process.environment.values())

    def test_the_operator_token_is_for_identity_alone(self, system: System) -> None:
        holders = [each.name for each in system.processes() if "PORTAIL_OPERATOR_TOKEN" in each.environment]
        assert holders == ["identity"]

    def test_all_stand_on_the_same_day(self, system: System) -> None:
        for process in [*system.services(), *system.front()]:
            if process.name != "nginx":
                assert process.environment["PORTAIL_CLOCK_OFFSET_SECONDS"] == "-60"


def test_operating_messages_takes_the_relays_role_only(system: System) -> None:
    settings = system.messages_settings()
    assert settings["PORTAIL_RELAY_DATABASE_URL"].startswith("postgresql://{name}_relay:")
    assert settings["PORTAIL_RELAY_DATABASE_URL"].endswith(":9010/{name}")
    assert {name for name in settings if name.startswith("PORTAIL_")} == {
        "PORTAIL_RELAY_DATABASE_URL",
        "PORTAIL_AMQP_URL",
    }


def test_settings_of_the_caller_do_not_leak_in(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAIL_DATABASE_URL", "postgresql://elsewhere")
    monkeypatch.setenv("RABBITMQ_NODE_PORT", "5672")
    monkeypatch.setenv("PGPORT", "5432")
    for process in system.processes():
        assert "postgresql://elsewhere" not in process.environment.values()
        assert "PGPORT" not in process.environment
    assert by_name(system.processes())["rabbitmq"].environment["RABBITMQ_NODE_PORT"] == "9012"


def test_the_gateway_knows_every_replica(system: System) -> None:
    assert len(system.nginx.upstreams["planning"]) == 3
    assert set(system.nginx.upstreams) == {*SERVICES, "web"}


def test_every_port_is_announced_once(system: System) -> None:
    ports = system.listening_ports()
    assert len(ports) == len(system.processes()) + 3


def test_servers_outlive_those_who_use_them(system: System) -> None:
    stages = {process.name: process.stage for process in system.processes()}
    assert stages["epmd"] < stages["rabbitmq"] == stages["postgres"] == Stage.SERVERS
    assert stages["postgres"] < stages["planning-1"] < stages["web"] == stages["nginx"]
