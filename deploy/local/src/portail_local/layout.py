"""The table of what runs, and on which port: everything else is derived from it."""

from dataclasses import dataclass
from pathlib import Path

from portail_local.errors import LocalError
from portail_local.ports import HIGHEST_PORT

ROOT = Path(__file__).parents[4]
SERVICES = ("identity", "enrolment", "planning", "billing", "payment-gateway", "communication")
WEB = "web"
MOST_REPLICAS = 8

_SERVICES_FROM = 20
_WEB_FROM = _SERVICES_FROM + MOST_REPLICAS * len(SERVICES) + 2
_SPAN = _WEB_FROM + MOST_REPLICAS


@dataclass(frozen=True)
class Ports:
    """All ports follow from the gateway's."""

    gateway: int

    def __post_init__(self) -> None:
        if not 1 <= self.gateway <= HIGHEST_PORT - _SPAN:
            raise LocalError(f"--port doit être entre 1 et {HIGHEST_PORT - _SPAN} ({_SPAN} ports le suivent).")

    @property
    def bank(self) -> int:
        return self.gateway + 1

    @property
    def mail(self) -> int:
        return self.gateway + 2

    @property
    def smtp(self) -> int:
        return self.gateway + 3

    @property
    def postgres(self) -> int:
        return self.gateway + 10

    @property
    def rabbitmq(self) -> int:
        """The first of four."""
        return self.gateway + 12

    def replica(self, name: str, index: int) -> int:
        """The port of one process of a service or of web; `index` counts from 0."""
        if name == WEB:
            return self.gateway + _WEB_FROM + index
        return self.gateway + _SERVICES_FROM + MOST_REPLICAS * SERVICES.index(name) + index


def parse_replicas(given: list[str]) -> dict[str, int]:
    """`planning=3` → {"planning": 3}. Raises LocalError for unknown names and numbers out of 1..MOST_REPLICAS."""
    replicas: dict[str, int] = {}
    for each in given:
        name, _, number = each.partition("=")
        if name not in (*SERVICES, WEB):
            raise LocalError(f"--replicas {each} : service inconnu. Services : {', '.join((*SERVICES, WEB))}.")
        if not number.isascii() or not number.isdecimal() or not 1 <= int(number) <= MOST_REPLICAS:
            raise LocalError(f"--replicas {each} : il faut un nombre de 1 à {MOST_REPLICAS}, par exemple {name}=3.")
        replicas[name] = int(number)
    return replicas
