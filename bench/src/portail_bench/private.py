"""A system of the bench's own: real servers with their usual durability, private folder and ports, gone at the end."""

import asyncio
import contextlib
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from portail_local.clock import offset_seconds
from portail_local.layout import ROOT, SERVICES
from portail_local.ports import free_block
from portail_local.state import Options, Run, State
from portail_local.supervisor import Supervisor
from portail_local.system import System

_PORTS = 80


class BenchError(Exception):
    """The bench cannot be believed or cannot go on; the message says why."""


def say(text: str) -> None:
    """Standard output is for the result."""
    print(text, file=sys.stderr, flush=True)


def database_of(service: str) -> str:
    """The name of a service's database."""
    return service.replace("-", "_")


class PrivateSystem:
    """A running system, without communes."""

    def __init__(self, system: System) -> None:
        self.system = system

    async def database(self, name: str) -> asyncpg.Connection:
        """A superuser's connection, which sees through row-level security."""
        return await asyncpg.connect(self.system.postgres.url(database=name))

    @contextlib.asynccontextmanager
    async def databases(self) -> AsyncIterator[dict[str, asyncpg.Connection]]:
        """One superuser's connection to each service's database."""
        async with contextlib.AsyncExitStack() as stack:
            opened = {}
            for service in SERVICES:
                connection = opened[database_of(service)] = await self.database(database_of(service))
                stack.push_async_callback(connection.close)
            yield opened

    def stop(self) -> None:
        """Ends every process of the system; the data stay."""
        _portail("down", "--state", str(self.system.state.folder))

    @contextlib.asynccontextmanager
    async def postgres_alone(self) -> AsyncIterator[None]:
        """PostgreSQL on the same data and settings, after ``stop``: the machine is all its own."""
        supervisor = Supervisor(self.system.state.log, say, lambda _started: None)
        try:
            await supervisor.start(self.system.postgres.process())
            yield
        finally:
            await supervisor.stop()

    def role_environment(self, role: str) -> dict[str, str]:
        """What libpq needs to connect as a role of the services."""
        secrets = self.system.state.secrets()
        return {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.system.postgres.port),
            "PGUSER": role,
            "PGPASSWORD": secrets.databases,
        }


@contextlib.contextmanager
def private_system(*, at: str = Options.at) -> Iterator[PrivateSystem]:
    """Starts everything; nothing is left of it, however the bench ends."""
    with tempfile.TemporaryDirectory(prefix="portail-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # PostgreSQL's account must be able to enter
        state = State(Path(folder) / "state")
        port = free_block(_PORTS)
        settings = (
            "--state",
            str(state.folder),
            "--port",
            str(port),
            "--at",
            at,
            "--no-demo",
            "--measured",
            "--replicas",
            "planning=2",
        )
        try:
            if _portail("up", "--detach", *settings) != 0:
                raise BenchError("le système n'a pas démarré")
            yield PrivateSystem(_system(state))
        finally:
            _portail("down", "--state", str(state.folder))


def _system(state: State) -> System:
    run: Run | None = state.read_run()
    if run is None:
        raise BenchError("le système ne tourne plus")
    return System(state, run.options, offset_seconds(run.options.at, datetime.now(UTC)))


def _portail(*arguments: str) -> int:
    command = [sys.executable, "-m", "portail_local", *arguments]
    return subprocess.run(command, cwd=ROOT, stdout=sys.stderr, check=False).returncode


async def eventually(condition: str, connection: asyncpg.Connection, *arguments: object, seconds: float) -> None:
    """Waits, looking twice a second, until a query gives true. Raises ``BenchError`` after ``seconds``."""
    try:
        async with asyncio.timeout(seconds):
            while not await connection.fetchval(condition, *arguments):
                await asyncio.sleep(0.5)
    except TimeoutError as error:
        raise BenchError(f"toujours pas vrai après {seconds:g} s : {condition}") from error
