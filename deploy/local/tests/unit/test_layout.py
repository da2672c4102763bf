import pytest

from portail_local.errors import LocalError
from portail_local.layout import MOST_REPLICAS, SERVICES, WEB, Ports, parse_replicas
from portail_local.ports import HIGHEST_PORT


class TestPorts:
    def test_no_two_processes_share_a_port(self) -> None:
        ports = Ports(8080)
        single = [ports.gateway, ports.bank, ports.mail, ports.smtp, ports.postgres]
        broker = [ports.rabbitmq + index for index in range(4)]
        replicas = [ports.replica(name, index) for name in (*SERVICES, WEB) for index in range(MOST_REPLICAS)]
        everything = [*single, *broker, *replicas]
        assert len(set(everything)) == len(everything)

    def test_the_highest_port_leaves_room_for_all_others(self) -> None:
        refused = HIGHEST_PORT
        with pytest.raises(LocalError, match="--port"):
            Ports(refused)
        accepted = next(port for port in range(refused, 0, -1) if _is_accepted(port))
        assert Ports(accepted).replica(WEB, MOST_REPLICAS - 1) < HIGHEST_PORT

    @pytest.mark.parametrize("port", [0, -1])
    def test_a_port_is_positive(self, port: int) -> None:
        with pytest.raises(LocalError):
            Ports(port)


def _is_accepted(port: int) -> bool:
    try:
        Ports(port)
    except LocalError:
        return False
    return True


class TestReplicas:
    def test_several_services(self) -> None:
        assert parse_replicas(["planning=3", "web=2"]) == {"planning": 3, "web": 2}

    @pytest.mark.parametrize("given", ["plan=3", "planning", "planning=", "planning=0", "planning=9", "planning=²"])
    def test_refused_with_the_argument_named(self, given: str) -> None:
        with pytest.raises(LocalError, match=f"--replicas {given}"):
            parse_replicas([given])
