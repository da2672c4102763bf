"""What is needed to start, watch and stop one process."""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from portail_local.probes import Probe


class Stage(IntEnum):
    """Processes are stopped from the last stage to the first, those of one stage together."""

    BROKER_REGISTRY = 0
    SERVERS = 1
    SERVICES = 2
    FRONT = 3


_FOREIGN_PREFIXES = ("PORTAIL_", "RABBITMQ_", "PG", "ERL_")
_FOREIGN_NAMES = {"NOTIFY_SOCKET", "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True)
class Process:
    """One process of the system; `port` is the one shown to people, `stop_seconds` the grace before it is killed."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    directory: Path
    probe: Probe
    port: int
    stage: Stage = Stage.SERVERS
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 15.0


def clean_environment(**settings: str) -> dict[str, str]:
    """The caller's environment without what would redirect our own servers, then `settings`."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_FOREIGN_PREFIXES) and name not in _FOREIGN_NAMES
    }
    return {**inherited, **settings}
