"""Asking a process whether it is ready to work. A probe answers None, or what is wrong, in French."""

import socket
import subprocess
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

import httpx

PROBE_SECONDS = 3.0


class Probe(Protocol):
    def problem(self) -> str | None: ...


@dataclass(frozen=True)
class HttpProbe:
    """Ready when a GET of `url` answers `status`."""

    url: str
    status: int = HTTPStatus.OK
    user: str | None = None
    password: str = ""

    def problem(self) -> str | None:
        auth = httpx.BasicAuth(self.user, self.password) if self.user else None
        try:
            answer = httpx.get(self.url, auth=auth, timeout=PROBE_SECONDS, trust_env=False)
        except httpx.HTTPError as error:
            return f"ne répond pas ({type(error).__name__})"
        if answer.status_code == self.status:
            return None
        return f"répond {answer.status_code} {answer.text[:200]}".strip()


@dataclass(frozen=True)
class TcpProbe:
    """Ready when the port accepts a connection."""

    port: int
    host: str = "127.0.0.1"

    def problem(self) -> str | None:
        try:
            with socket.create_connection((self.host, self.port), timeout=PROBE_SECONDS):
                return None
        except OSError as error:
            return f"n'accepte pas de connexion ({error.strerror or error})"


@dataclass(frozen=True)
class CommandProbe:
    """Ready when the command succeeds."""

    command: tuple[str, ...]

    def problem(self) -> str | None:
        try:
            done = subprocess.run(
                self.command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=PROBE_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "ne répond pas à temps"
        return None if done.returncode == 0 else (done.stdout + done.stderr).strip() or f"code {done.returncode}"
