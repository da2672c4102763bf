"""What the services say to one another, overheard."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import aio_pika

from chassis.messaging.topology import declare_exchange
from driver import Portal
from faults.databases import run
from portail_local.state import Options, State
from portail_local.system import System

_KEPT_MS = 600_000


@dataclass(frozen=True)
class Overheard:
    """One event: its type, its commune and its body."""

    type: str
    tenant: str
    body: dict[str, Any]


class Eavesdropper:
    """A queue of its own beside those of the services."""

    def __init__(self, amqp_url: str, routing_key: str) -> None:
        self._url = amqp_url
        self._key = routing_key
        self._queue = ""

    async def open(self) -> None:
        async with await aio_pika.connect(self._url) as connection:
            channel = await connection.channel()
            queue = await channel.declare_queue("", exclusive=False, arguments={"x-expires": _KEPT_MS})
            await queue.bind(await declare_exchange(channel), routing_key=self._key)
            self._queue = queue.name

    async def close(self) -> None:
        async with await aio_pika.connect(self._url) as connection:
            await (await connection.channel()).queue_delete(self._queue)

    def heard(self) -> list[Overheard]:
        """What was said since the last time."""
        return run(self._drain())

    async def _drain(self) -> list[Overheard]:
        events = []
        async with await aio_pika.connect(self._url) as connection:
            queue = await (await connection.channel()).get_queue(self._queue)
            while (message := await queue.get(fail=False, no_ack=True)) is not None:
                headers = message.headers
                events.append(Overheard(str(message.type), str(headers.get("tenant")), json.loads(message.body)))
        return events


@contextlib.contextmanager
def overhearing(portal: Portal, routing_key: str) -> Iterator[Eavesdropper]:
    """Hears every event of the key from now on."""
    system = System(State(portal.state), Options(port=portal.ports.gateway))
    eavesdropper = Eavesdropper(system.rabbitmq.url(), routing_key)
    run(eavesdropper.open())
    try:
        yield eavesdropper
    finally:
        run(eavesdropper.close())
