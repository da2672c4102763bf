"""Dead letters: what could not be handled, kept in a table where people see it, replay it or purge it.

Consumers and the broker put such messages into a ``.dead`` queue; the service moves them from there into
``dead_letter``, with the relay's role. While the database is away they wait in the queue.
"""

import asyncio
import contextlib
import hashlib
import json
from collections.abc import Iterable
from functools import partial
from uuid import NAMESPACE_OID, UUID, uuid5

import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue, AbstractRobustConnection
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.clock import Clock
from chassis.messaging.topology import REASON_HEADER, Queues, declare_dead_queue

_log = structlog.get_logger(__name__)

_PREFETCH = 5
_RETRY_SECONDS = 1.0

# A message may come twice: when it was kept but not yet acknowledged, or when it was replayed and has died again.
_KEEP = text(
    "insert into dead_letter (tenant_id, queue, message_id, type, subject, headers, body, reason, buried_at)"
    " values (:tenant_id, :queue, :message_id, :type, :subject, cast(:headers as jsonb), :body, :reason, :buried_at)"
    " on conflict (tenant_id, queue, message_id) do update set type = excluded.type, subject = excluded.subject,"
    " headers = excluded.headers, body = excluded.body, reason = excluded.reason, buried_at = excluded.buried_at"
)


class DeadLetterDrain:
    """Moves messages from the dead queues of a service into its table. Many may run."""

    def __init__(
        self, queues: Iterable[Queues], connection: AbstractRobustConnection, engine: AsyncEngine, clock: Clock
    ) -> None:
        self._queues = list(queues)
        self._connection = connection
        self._engine = engine
        self._clock = clock
        self._channel: AbstractChannel | None = None
        self._consumed: list[tuple[AbstractQueue, str]] = []

    async def start(self) -> None:
        """Starts consuming. What raised may be called again."""
        if self._channel is not None:
            with contextlib.suppress(Exception):
                await self._channel.close()
        self._consumed.clear()
        self._channel = await self._connection.channel()
        await self._channel.set_qos(prefetch_count=_PREFETCH)
        for queues in self._queues:
            queue = await declare_dead_queue(self._channel, queues)
            self._consumed.append((queue, await queue.consume(partial(self._keep, queues.main))))

    async def stop(self) -> None:
        """Takes no more messages."""
        if self._channel and not self._channel.is_closed:
            for queue, consumer_tag in self._consumed:
                await queue.cancel(consumer_tag)

    async def _keep(self, queue: str, message: AbstractIncomingMessage) -> None:
        letter = {"queue": queue, "buried_at": self._clock.now(), **read_letter(message)}
        while True:
            try:
                async with self._engine.begin() as connection:
                    await connection.execute(_KEEP, letter)
            except Exception as error:
                _log.warning("dead_letter_waits", queue=queue, error=type(error).__name__)
                await asyncio.sleep(_RETRY_SECONDS)
            else:
                break
        await message.ack()
        _log.error("dead_letter", queue=queue, type=letter["type"], message_id=str(letter["message_id"]))


def read_letter(message: AbstractIncomingMessage) -> dict[str, object]:
    """What is kept of a message, however garbled: columns of ``dead_letter``.

    A message without a readable id gets one made from its bytes, so that it is kept once however often it comes.
    Headers that begin with ``x-`` are those of retries and of the broker: a replay starts without them.
    """
    headers = {name: _plain(value) for name, value in message.headers.items() if not name.startswith("x-")}
    made_id = uuid5(NAMESPACE_OID, f"{message.message_id} {hashlib.sha256(message.body).hexdigest()}")
    kept_type = headers.get("type") or message.type
    return {
        "tenant_id": _uuid(headers.get("tenant")),
        "message_id": _uuid(headers.get("id")) or _uuid(message.message_id) or made_id,
        "type": None if kept_type is None else str(_plain(kept_type)),
        "subject": _uuid(headers.get("subject")),
        "headers": json.dumps({str(_plain(name)): value for name, value in headers.items()}),
        "body": message.body,
        "reason": _reason(message),
    }


async def count_dead_letters(engine: AsyncEngine) -> dict[str, int]:
    """How many each queue has, of every commune; queues without any are not named."""
    async with engine.connect() as connection:
        rows = await connection.execute(text("select queue, count(*) from dead_letter group by queue"))
        return {str(queue): int(count) for queue, count in rows}


def _reason(message: AbstractIncomingMessage) -> str:
    if REASON_HEADER in message.headers:
        return str(_plain(message.headers[REASON_HEADER]))
    deaths = message.headers.get("x-death")
    cause = deaths[0].get("reason") if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict) else None
    if cause == "delivery_limit":
        return "Délivré trop souvent sans réponse : le service s'arrête en le traitant (delivery_limit)."
    return f"Écarté par RabbitMQ ({_plain(cause)})."


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None


def _plain(value: object) -> str | int | bool | None:
    """A header's value as JSON and PostgreSQL can hold it."""
    if value is None or isinstance(value, bool | int):
        return value
    readable = value.decode("utf-8", "replace") if isinstance(value, bytes | bytearray) else str(value)
    return readable.replace("\x00", "\ufffd")
