"""Ports of 127.0.0.1: which are free, and who holds those that are not."""

import fcntl
import itertools
import os
import random
import socket
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import psutil

from portail_local.errors import LocalError

# Below the range from which Linux draws the ports of outgoing connections.
HIGHEST_PORT = 32767
_FREE_PORTS_FROM = 20000


def is_free(port: int) -> bool:
    """Whether a server could listen on `port`, on this machine's loopback and on all its addresses."""
    for host in ("127.0.0.1", ""):  # "" is every address
        with socket.socket() as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                candidate.bind((host, port))
            except OSError:
                return False
    return True


def free_block(size: int) -> int:
    """The first of `size` consecutive free ports, which this process keeps for itself as long as it lives.

    Kept from every other caller of this account, in this process or another: from the search until a server listens,
    and while a server is down. The search begins anywhere in the range.
    """
    highest = HIGHEST_PORT - size + 1
    begin = random.randint(_FREE_PORTS_FROM, highest)  # noqa: S311 - no secret
    for first in itertools.chain(range(begin, highest + 1), range(_FREE_PORTS_FROM, begin)):
        if _CLAIMS.take(first, size):
            return first
    raise LocalError(f"Pas {size} ports libres qui se suivent entre {_FREE_PORTS_FROM} et {HIGHEST_PORT}.")


class _Claims:
    """Ports that are spoken for, by locks on a file's bytes, which end with the process that holds them."""

    def __init__(self) -> None:
        self._own: set[int] = set()
        self._file: int | None = None

    def take(self, first: int, size: int) -> bool:
        """Claims a block; False when some of it is claimed or in use."""
        block = range(first, first + size)
        if not self._own.isdisjoint(block) or not self._lock(first, size):
            return False
        if not all(is_free(port) for port in block):
            fcntl.lockf(self._opened(), fcntl.LOCK_UN, size, first)
            return False
        self._own.update(block)
        return True

    def _lock(self, first: int, size: int) -> bool:
        try:
            fcntl.lockf(self._opened(), fcntl.LOCK_EX | fcntl.LOCK_NB, size, first)
        except BlockingIOError:
            return False
        return True

    def _opened(self) -> int:
        """Opened once: closing any other descriptor of the file would end this process's locks."""
        if self._file is None:
            name = Path(tempfile.gettempdir()) / f"portail-ports-{os.getuid()}"
            self._file = os.open(name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        return self._file


_CLAIMS = _Claims()


def refuse_taken(ports: Mapping[int, str]) -> None:
    """Raises LocalError naming each port of `ports` (port → what we want it for) held by another program."""
    taken = [port for port in ports if not is_free(port)]
    if not taken:
        return
    holders = _holders(taken)
    lines = [f"  {port} ({ports[port]}) : occupé par {holders.get(port, 'un autre programme')}" for port in taken]
    raise LocalError("Ports déjà pris :\n" + "\n".join(lines) + "\nChoisissez-en d'autres avec --port.")


def _holders(ports: Iterable[int]) -> dict[int, str]:
    wanted = set(ports)
    try:
        connections = psutil.net_connections(kind="tcp")
    except psutil.AccessDenied:
        return {}
    found: dict[int, str] = {}
    for connection in connections:
        port = connection.laddr.port if connection.laddr else None
        if port in wanted and connection.status == psutil.CONN_LISTEN and connection.pid:
            try:
                found[port] = f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
            except psutil.NoSuchProcess:
                continue
    return found
