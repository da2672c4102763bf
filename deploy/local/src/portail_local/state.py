"""What one running system keeps on disk: its folder, its secrets, and who runs."""

import base64
import contextlib
import fcntl
import hashlib
import json
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil

from portail_local.errors import LocalError
from portail_local.servers.accounts import can_enter, is_root
from portail_local.servers.postgres import ACCOUNT

_ELSEWHERE = Path("/var/lib")


@dataclass(frozen=True)
class Started:
    """A process that we started. Pids are reused: only the pid with its start time names a process."""

    name: str
    pid: int
    create_time: float

    def find(self) -> psutil.Process | None:
        """The process while it still runs."""
        try:
            found = psutil.Process(self.pid)
            same = abs(found.create_time() - self.create_time) < 0.01
            return found if same and found.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


@dataclass(frozen=True)
class Options:
    """What `up` was asked. `at` is a local time of Paris, or "now"; `replicas` only names services with several.

    `bank_control` lets tests alter what the simulated bank sends, `measured` lets benches see PostgreSQL's work."""

    port: int = 8080
    at: str = "2022-07-04T09:00"
    replicas: dict[str, int] = field(default_factory=dict)
    bank_control: bool = False
    measured: bool = False


@dataclass(frozen=True)
class Run:
    """The system as it was started, read by `status` and `down`."""

    options: Options
    supervisor: Started
    processes: tuple[Started, ...] = ()
    ready: bool = False


class State:
    """The state folder. `data` holds what unprivileged servers must reach; it may lie elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.log = self.folder / "log"
        self._run_file = self.folder / "run.json"

    def create(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log.mkdir(exist_ok=True)
        self.data.mkdir(parents=True, exist_ok=True)

    @cached_property
    def data(self) -> Path:
        """In the state folder; or under /var/lib when we are root and the servers' account cannot enter it."""
        existing = next(folder for folder in (self.folder, *self.folder.parents) if folder.exists())
        if is_root() and not can_enter(ACCOUNT, existing):
            digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
            return _ELSEWHERE / f"portail-{digest}"
        return self.folder / "data"

    def drop_data(self) -> None:
        """Everything but the secrets' file and the logs."""
        shutil.rmtree(self.data, ignore_errors=True)

    def secrets(self) -> "Secrets":
        path = self.folder / "secrets.json"
        drawn = asdict(Secrets.generate())
        kept = json.loads(path.read_text()) if path.exists() else drawn
        wanted = kept | {"keys": drawn["keys"] | kept["keys"]}
        if wanted != kept or not path.exists():
            path.touch(mode=0o600)
            path.write_text(json.dumps(wanted, indent=2))
        return Secrets(**wanted)

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Held by the supervisor as long as it lives. Raises LocalError when another one holds it."""
        with (self.folder / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise LocalError("Le portail tourne déjà ici. Arrêtez-le d'abord : ./portail down") from error
            yield

    def read_run(self) -> Run | None:
        try:
            raw: dict[str, Any] = json.loads(self._run_file.read_text())
        except FileNotFoundError:
            return None
        return Run(
            options=Options(**raw["options"]),
            supervisor=Started(**raw["supervisor"]),
            processes=tuple(Started(**each) for each in raw["processes"]),
            ready=raw["ready"],
        )

    def write_run(self, run: Run) -> None:
        """Whole or not at all: `status` may read at any moment."""
        draft = self._run_file.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(run), indent=2))
        draft.replace(self._run_file)

    def forget_run(self) -> None:
        self._run_file.unlink(missing_ok=True)


@dataclass(frozen=True)
class Secrets:
    """Drawn once per state folder; `keys` are 32 bytes in base64, by process."""

    postgres: str
    databases: str
    rabbitmq: str
    rabbitmq_cookie: str
    operator_token: str
    keys: dict[str, str]

    @classmethod
    def generate(cls) -> "Secrets":
        return cls(
            postgres=secrets.token_urlsafe(24),
            databases=secrets.token_urlsafe(24),
            rabbitmq=secrets.token_urlsafe(24),
            rabbitmq_cookie=secrets.token_hex(20),
            operator_token=secrets.token_urlsafe(32),
            keys={
                name: base64.b64encode(secrets.token_bytes(32)).decode()
                for name in ("identity", "planning", "payment-gateway", "web")
            },
        )


class Stamps:
    """Remembers with which sources a step was last done, so that it is not done again for nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def is_current(self, step: str, digest: str) -> bool:
        stamp = self._folder / f"{step}.stamp"
        return stamp.exists() and stamp.read_text() == digest

    def set(self, step: str, digest: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / f"{step}.stamp").write_text(digest)


def digest_of(*folders: Path, ignored: frozenset[str] = frozenset({"node_modules", "__pycache__"})) -> str:
    """One hash of every file's path and content under `folders` (or of the files given)."""
    digest = hashlib.sha256()
    for folder in folders:
        files = [folder] if folder.is_file() else sorted(path for path in folder.rglob("*") if path.is_file())
        for path in files:
            if ignored.isdisjoint(path.parts):
                digest.update(str(path.relative_to(folder.parent)).encode() + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
