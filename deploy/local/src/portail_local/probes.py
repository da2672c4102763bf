"""Asking a process whether it is ready to work. A probe answers None, or what is wrong, in French."""

import base64
import http.client
import socket
import subprocess
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol

PROBE_SECONDS = 3.0
_SHOWN_BYTES = 300


class Probe(Protocol):
    def problem(self) -> str | None: ...


@dataclass(frozen=True)
class HttpProbe:
    """Ready when a GET of `path` on 127.0.0.1 answers `status`."""

    port: int
    path: str
    status: int = HTTPStatus.OK
    user: str | None = None
    password: str = ""

    def problem(self) -> str | None:
        headers = {}
        if self.user:
            credentials = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
            headers["Authorization"] = f"Basic {credentials}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PROBE_SECONDS)
        try:
            connection.request("GET", self.path, headers=headers)
            answer = connection.getresponse()
            body = answer.read(_SHOWN_BYTES).decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            return f"ne répond pas ({error})"
        finally:
            connection.close()
        return None if answer.status == self.status else f"répond {answer.status} {body}".strip()


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
