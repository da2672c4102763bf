"""A load generator that costs little: bare HTTP/1.1 over kept connections, one request in flight on each."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_OK = 200


@dataclass(frozen=True)
class Shot:
    """One request: instants in seconds since the epoch, status 0 when the connection broke. ``body``: unless 200."""

    sent_at: float
    answered_at: float
    status: int
    body: bytes = b""


def visitor(number: int) -> str:
    """An address for each caller: the gateway limits one address."""
    return f"10.{number >> 8 & 255}.{number & 255}.1"


async def fire(port: int, requests: Sequence[bytes], *, connections: int) -> list[Shot]:
    """Sends every request once, ``connections`` at a time, to 127.0.0.1. Returns the shots in the requests' order."""
    shots: dict[int, Shot] = {}
    waiting = iter(enumerate(requests))
    await asyncio.gather(*(_work(port, waiting, shots) for _ in range(min(connections, len(requests)))))
    return [shots[index] for index in range(len(requests))]


async def _work(port: int, waiting: Iterator[tuple[int, bytes]], shots: dict[int, Shot]) -> None:
    connection: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
    for index, request in waiting:
        connection = connection or await asyncio.open_connection("127.0.0.1", port)
        sent_at = time.time()
        status, keeps, body = await exchange(*connection, request)
        shots[index] = Shot(sent_at, time.time(), status, b"" if status == _OK else body)
        if not keeps:
            connection[1].close()
            connection = None
    if connection:
        connection[1].close()


async def exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> tuple[int, bool, bytes]:
    """The status, whether the connection may be used again, the body. The status is 0 when the connection broke."""
    try:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        body = await reader.readexactly(int(length or 0))
    except (OSError, asyncio.IncompleteReadError):
        return 0, False, b""
    return int(head[9:12]), b"connection: close" not in head, body
