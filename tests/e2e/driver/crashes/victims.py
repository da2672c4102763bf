"""The processes of a running system: killed without warning, and watched until they are ready again."""

import contextlib
import random
import time
from dataclasses import dataclass, field
from functools import partial

import asyncpg
import psutil

from driver.crashes.ledger import Ledger
from driver.crashes.sql import rows
from driver.portal import Portal
from driver.waiting import WaitedInVainError, until
from portail_local.layout import SERVICES
from portail_local.process import Process
from portail_local.state import Started, State
from portail_local.system import System

RELAY_LEADER = "relay leader"
BANK = "bank, payer before it"
FAULTS = {"RabbitMQ": "rabbitmq", "PostgreSQL": "postgres", "gateway": "nginx", "web client": "web", BANK: "bank"}
KINDS = (*SERVICES, *FAULTS, RELAY_LEADER)
_RECOVERY_SECONDS = 120.0
_LEADER_SECONDS = 5.0
_LEADER = """
select a.client_port from pg_locks l join pg_stat_activity a using (pid)
where l.locktype = 'advisory' and l.granted and a.application_name like '%-relay'
"""


@dataclass(frozen=True)
class Wound:
    """A process killed: its name, and the pid that is no more."""

    kind: str
    name: str
    pid: int
    at: float


@dataclass
class Victims:
    """``recovered`` are seconds from the kill until everything is ready again."""

    portal: Portal
    ledger: Ledger
    random: random.Random
    recovered: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        run = State(self.portal.state).read_run()
        assert run is not None
        self.system = System(State(self.portal.state), run.options)
        self._probes: dict[str, Process] = {process.name: process for process in self.system.processes()}

    def kill(self, kind: str) -> Wound:
        """SIGKILL to one process of that kind; of PostgreSQL, to all."""
        started = self._leader() if kind == RELAY_LEADER else self._one(FAULTS.get(kind, kind))
        process = started.find()
        at = time.monotonic()
        if process is not None:
            for each in (process, *self._others(started.name, process)):
                with contextlib.suppress(psutil.NoSuchProcess):
                    each.kill()
        return Wound(kind, started.name, started.pid, at)

    def heal(self, wounds: list[Wound]) -> None:
        """Waits until every process killed is replaced and the whole system is ready. Raises ``WaitedInVainError``."""
        for wound in sorted(wounds, key=lambda wound: wound.name in {"postgres", "rabbitmq"}, reverse=True):
            until(partial(self._is_back, wound), seconds=_RECOVERY_SECONDS)
        try:
            until(lambda: not self._unready(), seconds=_RECOVERY_SECONDS)
        except WaitedInVainError as error:
            raise WaitedInVainError(f"after {wounds}: {self._unready()}") from error
        now = time.monotonic()
        for wound in wounds:
            self.recovered.setdefault(wound.kind, []).append(now - wound.at)

    def keep_dead(self, name: str, seconds: float) -> int:
        """Kills a service each time it is started again, for that long. Returns how often."""
        deaths, deadline = 0, time.monotonic() + seconds
        while time.monotonic() < deadline:
            process = self._one(name).find()
            if process is not None:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
                    deaths += 1
            time.sleep(0.05)
        return deaths

    def wait_until_ready(self) -> None:
        until(lambda: not self._unready(), seconds=_RECOVERY_SECONDS)

    def _others(self, name: str, process: psutil.Process) -> list[psutil.Process]:
        """PostgreSQL's children; elsewhere what a killed process leaves behind is its supervisor's affair."""
        if name != "postgres":
            return []
        with contextlib.suppress(psutil.NoSuchProcess):
            return process.children(recursive=True)
        return []

    def _one(self, name: str) -> Started:
        found = [each for each in self._running() if each.name == name or each.name.rpartition("-")[0] == name]
        return self.random.choice(found)

    def _running(self) -> tuple[Started, ...]:
        run = State(self.portal.state).read_run()
        assert run is not None, "the supervisor is gone"
        return run.processes

    def _leader(self) -> Started:
        """The process whose connection holds a relay's advisory lock at this moment; any service if none does."""
        deadline = time.monotonic() + _LEADER_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError, asyncpg.PostgresError):
                for row in rows(self.system.postgres.url(), _LEADER):
                    if started := self._at_port(row["client_port"]):
                        return started
        return self._one(self.random.choice(SERVICES))

    def _at_port(self, port: int) -> Started | None:
        pids = {link.pid for link in psutil.net_connections("tcp") if link.laddr and link.laddr.port == port}
        return next((each for each in self._running() if each.pid in pids), None)

    def _is_back(self, wound: Wound) -> bool:
        pids = {each.name: each.pid for each in self._running()}
        return pids[wound.name] != wound.pid and self._probes[wound.name].probe.problem() is None

    def _unready(self) -> dict[str, str]:
        """Of every process what is wrong with it, in its own words."""
        found = {name: process.probe.problem() for name, process in self._probes.items()}
        return {name: problem for name, problem in found.items() if problem is not None}
