"""PostgreSQL and RabbitMQ for the integration tests.

Addresses given in the environment come first, then testcontainers where a Docker engine answers, then private servers.
"""

import contextlib
import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from docker.errors import DockerException  # type: ignore[import-untyped]
from testcontainers.community.postgres import PostgresContainer
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient
from testcontainers.core.wait_strategies import HttpWaitStrategy

from portail_local.errors import LocalError
from portail_local.ports import free_block
from portail_local.process import Process
from portail_local.servers.accounts import can_enter
from portail_local.servers.postgres import ACCOUNT, Postgres
from portail_local.servers.rabbitmq import RabbitMQ

POSTGRES_IMAGE = "postgres:15-bookworm"
RABBITMQ_IMAGE = "rabbitmq:3-management"
_START_SECONDS = 90.0


@dataclass(frozen=True)
class Broker:
    """`management_url` holds the user and password; None when only an AMQP address was given."""

    amqp_url: str
    management_url: str | None


@contextlib.contextmanager
def postgres_admin_url() -> Iterator[str]:
    """The address of a superuser of a PostgreSQL server that is ours for the session."""
    if given := os.environ.get("PORTAIL_TEST_POSTGRES_URL"):
        yield given
    elif docker_answers():
        with _postgres_container() as url:
            yield url
    else:
        with enterable_folder() as folder:
            server = Postgres(folder, free_block(1), secrets.token_hex(16), durable=False)
            server.prepare()
            with _running([server.process()], folder):
                yield server.url()


@contextlib.contextmanager
def rabbitmq() -> Iterator[Broker]:
    if given := os.environ.get("PORTAIL_TEST_AMQP_URL"):
        yield Broker(given, os.environ.get("PORTAIL_TEST_RABBITMQ_MANAGEMENT_URL"))
    elif docker_answers():
        with _rabbitmq_container() as broker:
            yield broker
    else:
        with enterable_folder() as folder:
            server = RabbitMQ(
                folder, free_block(4), secrets.token_hex(16), secrets.token_hex(20), statistics_milliseconds=1000
            )
            server.prepare()
            with _running(server.processes(), folder):
                yield Broker(server.url(), server.management_url)


def docker_answers() -> bool:
    try:
        return bool(DockerClient(timeout=5).client.ping())
    except (DockerException, OSError):
        return False


@contextlib.contextmanager
def _postgres_container() -> Iterator[str]:
    container = PostgresContainer(POSTGRES_IMAGE, username="postgres", password=secrets.token_hex(16), driver=None)
    with container.with_command("postgres -c fsync=off -c max_connections=300") as server:
        yield server.get_connection_url()


@contextlib.contextmanager
def _rabbitmq_container() -> Iterator[Broker]:
    password = secrets.token_hex(16)
    container = (
        DockerContainer(RABBITMQ_IMAGE)
        .with_env("RABBITMQ_DEFAULT_USER", "portail")
        .with_env("RABBITMQ_DEFAULT_PASS", password)
        .with_exposed_ports(5672, 15672)
        .waiting_for(
            HttpWaitStrategy(15672, "/api/health/checks/port-listener/5672")
            .with_basic_credentials("portail", password)
            .with_startup_timeout(int(_START_SECONDS))
        )
    )
    with container as server:
        host = f"portail:{password}@{server.get_container_host_ip()}"
        yield Broker(
            f"amqp://{host}:{server.get_exposed_port(5672)}/", f"http://{host}:{server.get_exposed_port(15672)}"
        )


@contextlib.contextmanager
def enterable_folder() -> Iterator[Path]:
    """A new folder that the servers' unprivileged accounts can enter, removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="portail-test-"))
    folder.chmod(0o755)
    if not can_enter(ACCOUNT, folder):
        raise LocalError(f"Le compte {ACCOUNT} ne peut pas entrer dans {folder} ; donnez un autre TMPDIR.")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _running(processes: Sequence[Process], folder: Path) -> Iterator[None]:
    """Servers that do not outlive us, even when we are killed; their data is thrown away, so they are killed too."""
    with contextlib.ExitStack() as stack:
        for process in processes:
            log = stack.enter_context((folder / f"{process.name}.log").open("wb"))
            running = subprocess.Popen(
                ["setpriv", "--pdeathsig=KILL", "--", *process.command],
                cwd=process.directory,
                env=dict(process.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            stack.callback(_kill, running)
            _wait_ready(process, running, Path(log.name))
        yield


def _wait_ready(process: Process, running: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while (problem := process.probe.problem()) is not None:
        if running.poll() is not None or time.monotonic() > deadline:
            raise LocalError(f"{process.name} n'est pas prêt : {problem}\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.1)


def _kill(running: "subprocess.Popen[bytes]") -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, 9)
    running.wait()
