"""A private PostgreSQL server."""

import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from portail_local.errors import LocalError
from portail_local.probes import CommandProbe
from portail_local.process import Process, clean_environment
from portail_local.servers.accounts import give_to, run_as

OLDEST_VERSION = 15
ACCOUNT = "postgres"
_INSTALLATIONS = Path("/usr/lib/postgresql")
_MEASURED = """\
track_commit_timestamp = on
logging_collector = on
log_destination = jsonlog
log_filename = 'statements'
"""


def binaries() -> Path | None:
    """The folder of the newest usable installation, or None."""
    versions = [int(folder.parent.name) for folder in _INSTALLATIONS.glob("*/bin") if (folder / "initdb").exists()]
    usable = [version for version in versions if version >= OLDEST_VERSION]
    return _INSTALLATIONS / str(max(usable)) / "bin" if usable else None


@dataclass(frozen=True)
class Postgres:
    """`durable=False` is for tests: a crash of the machine may lose everything.

    `measured` is for benches: commits keep their time, and the statements can be logged as JSON (`log_statement`).
    """

    directory: Path
    port: int
    password: str
    durable: bool = True
    measured: bool = False

    @property
    def data(self) -> Path:
        return self.directory / "data"

    def url(self, user: str = "postgres", password: str | None = None, database: str = "postgres") -> str:
        secret = quote(self.password if password is None else password, safe="")
        return f"postgresql://{user}:{secret}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        """Creates the data folder when missing, and writes our settings."""
        self.directory.mkdir(parents=True, exist_ok=True)
        give_to(ACCOUNT, self.directory)
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        settings = self.data / "conf.d-portail.conf"
        settings.write_text(self._settings())
        give_to(ACCOUNT, settings)
        main = self.data / "postgresql.conf"
        include = f"include '{settings.name}'\n"
        if include not in main.read_text():
            with main.open("a") as file:
                file.write(include)

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)  # an interrupted initdb
        password_file = self.directory / "initial-password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        give_to(ACCOUNT, password_file)
        command = [
            *run_as(ACCOUNT),
            str(self.binary("initdb")),
            *("-D", str(self.data), "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
            *("--auth-local=reject", "--auth-host=scram-sha-256", f"--pwfile={password_file}"),
        ]
        done = subprocess.run(
            command, cwd=self.directory, env=clean_environment(), capture_output=True, text=True, check=False
        )
        password_file.unlink()
        if done.returncode != 0:
            raise LocalError(f"PostgreSQL ne peut pas créer ses données dans {self.data} :\n{done.stdout}{done.stderr}")

    def _settings(self) -> str:
        durability = "on" if self.durable else "off"
        return f"""\
listen_addresses = '127.0.0.1'
port = {self.port}
unix_socket_directories = ''
max_connections = 300
shared_buffers = 128MB
max_wal_size = 256MB
fsync = {durability}
synchronous_commit = {durability}
full_page_writes = {durability}
{_MEASURED if self.measured else ""}"""

    def process(self) -> Process:
        probe = ("-q", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres")
        return Process(
            name="postgres",
            command=(*run_as(ACCOUNT), str(self.binary("postgres")), "-D", str(self.data)),
            environment=clean_environment(LC_ALL="C.UTF-8"),
            directory=self.directory,
            probe=CommandProbe((str(self.binary("pg_isready")), *probe)),
            port=self.port,
            stop_signal=signal.SIGINT,  # "fast": does not wait for clients
            stop_seconds=30,
        )

    @staticmethod
    def binary(name: str) -> Path:
        """A program of the installation. Raises LocalError when there is none."""
        folder = binaries()
        if folder is None:
            raise LocalError(f"PostgreSQL ≥ {OLDEST_VERSION} n'est pas installé.")
        return folder / name
