"""Consumes events: exactly one effect per message, delayed retries, dead letters with their reason.

What arrives while a batch is in the database forms the next one: the events of a commune share a transaction, and the
crowd makes each cheaper. Where something goes wrong, the batch is rolled back and each of its messages handled alone.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractRobustConnection
from pydantic import ValidationError
from sqlalchemy import text

from chassis import metrics
from chassis.database import Database, DatabaseAwayError, Transaction
from chassis.errors import DomainError
from chassis.messaging.topology import ATTEMPT_HEADER, REASON_HEADER, RETRY_DELAYS, Queues, declare_queues
from chassis.tenants import require_known
from chassis.tracing import continue_trace
from contracts.envelope import Envelope
from contracts.event import Event

_log = structlog.get_logger(__name__)

_BATCH = 50
_PREFETCH = 2 * _BATCH
"""The next batch is here while one is in the database."""
_QUIET_SECONDS = 1.0
_GATHER_SECONDS = 0.03
"""A message after a quiet moment is handled at once; those of a crowd that come within this time, together."""
_REASON_LENGTH = 1000
_DATABASE_PAUSE_SECONDS = 1.0

_ENTER = text(
    "insert into inbox (consumer, message_id) select :consumer, id from unnest(cast(:ids as uuid[])) as id order by id"
    " on conflict do nothing returning message_id"
)

EventT = TypeVar("EventT", bound=Event)


@dataclass(frozen=True)
class Received(Generic[EventT]):
    """An event with its envelope."""

    event: EventT
    envelope: Envelope

    @property
    def sequence(self) -> int:
        """Version of the aggregate: ignore the event when a newer one is known."""
        return self.envelope.sequence


Handler = Callable[[Transaction, Received[Any]], Awaitable[None]]


@dataclass(frozen=True)
class Together:
    """A handler of all the events of one type and commune that are in a transaction, for few statements whatever their
    number. Its events are distinct, in the order of arrival, and may be several of one aggregate.
    """

    handle: Callable[[Transaction, Sequence[Received[Any]]], Awaitable[None]]


@dataclass(frozen=True)
class Consumer:
    """A queue ``<service>.<purpose>`` and what handles each event model it is bound to.

    Handlers run in a transaction of the event's commune, which also holds the inbox row and may hold the effects of
    other events. They are order-independent.
    A ``DomainError`` sends the message to the dead letters at once; anything else is retried with growing delays.
    Events of a commune that the service does not know (yet) are retried too, unless it is they that make it known
    (``introduces_communes``).
    """

    purpose: str
    handlers: Mapping[type[Event], Handler | Together]
    introduces_communes: bool = False


class UndecodableMessageError(Exception):
    """The message is not an event this consumer knows. Says why in French."""


@dataclass(frozen=True)
class _Arrival:
    """A message that can be read."""

    message: AbstractIncomingMessage
    received: Received[Event]


class ConsumerWorker:
    """Runs one consumer on a connection that restores itself."""

    def __init__(
        self, consumer: Consumer, service: str, connection: AbstractRobustConnection, database: Database
    ) -> None:
        self.consumer = consumer
        self.queues = Queues(f"{service}.{consumer.purpose}")
        self._handlers = {model.event_type: (model, handler) for model, handler in consumer.handlers.items()}
        self._known_communes: set[UUID] = set()
        self._connection = connection
        self._database = database
        self._channel: AbstractChannel | None = None
        self._consumer_tag: str | None = None
        self._queue: aio_pika.abc.AbstractQueue | None = None
        self._arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Declares the queues and starts consuming. What raised may be called again."""
        if self._channel is not None:
            with contextlib.suppress(Exception):
                await self._channel.close()
        self._channel = await self._connection.channel(on_return_raises=True)
        await self._channel.set_qos(prefetch_count=_PREFETCH)
        self._queue = await declare_queues(self._channel, self.queues, list(self._handlers))
        if self._running:
            self._running.cancel()
        self._arrived = asyncio.Queue()
        self._running = asyncio.create_task(self._run(), name=self.queues.main)
        self._consumer_tag = await self._queue.consume(self._arrived.put)

    async def stop(self) -> None:
        """Takes no more messages; those not acknowledged are delivered again elsewhere."""
        if self._queue and self._consumer_tag and self._channel and not self._channel.is_closed:
            await self._queue.cancel(self._consumer_tag)
        if self._running:
            self._running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._running
        if self._channel and not self._channel.is_closed:
            await self._channel.close()

    def is_consuming(self) -> bool:
        """Whether the broker has this consumer, as far as the connection knows."""
        return (
            self._consumer_tag is not None
            and self._running is not None
            and not self._running.done()
            and self._channel is not None
            and not self._channel.is_closed
        )

    async def _run(self) -> None:
        began = -_QUIET_SECONDS
        while True:
            batch = [await self._arrived.get()]
            if time.monotonic() - began < _QUIET_SECONDS and self._arrived.qsize() < _BATCH - 1:
                await asyncio.sleep(_GATHER_SECONDS)
            began = time.monotonic()
            while len(batch) < _BATCH and not self._arrived.empty():
                batch.append(self._arrived.get_nowait())
            with structlog.contextvars.bound_contextvars(queue=self.queues.main):
                await self._take(batch)

    async def _take(self, batch: Sequence[AbstractIncomingMessage]) -> None:
        """Has messages their effects, then acknowledges them."""
        alone, communes = list[AbstractIncomingMessage](), dict[UUID, list[_Arrival]]()
        for message in batch:
            try:
                arrival = _Arrival(message, self._read(self._read_envelope(message), message.body))
            except UndecodableMessageError:
                alone.append(message)
            else:
                communes.setdefault(arrival.received.envelope.tenant, []).append(arrival)
        outcomes = dict[AbstractIncomingMessage, str]()
        for arrivals in communes.values():
            messages = [arrival.message for arrival in arrivals]
            try:
                found = await self._handle_all([arrival.received for arrival in arrivals])
            except Exception:
                alone += messages
            else:
                outcomes |= zip(messages, found, strict=True)
        for message in alone:
            if outcome := await self._take_alone(message):
                outcomes[message] = outcome
        if outcomes:
            dealt_with = [message for message in batch if message in outcomes]
            await _acknowledge(dealt_with, multiple=len(dealt_with) == len(batch))
        for message, outcome in outcomes.items():
            metrics.MESSAGES.labels(self.queues.main, message.type or "", outcome).inc()

    async def _take_alone(self, message: AbstractIncomingMessage) -> str | None:
        """None for a message that is neither handled nor put aside: the broker gives it again, until its limit makes it
        a dead letter.
        """
        with structlog.contextvars.bound_contextvars(message_id=message.message_id):
            try:
                return await self._settle(message)
            except Exception:
                _log.exception("message_given_back")
                with contextlib.suppress(Exception):  # the connection is gone, and all it brought comes again
                    await message.reject(requeue=True)
                return None

    async def _settle(self, message: AbstractIncomingMessage) -> str:
        try:
            return await self._handle_once_possible(self._read_envelope(message), message.body)
        except UndecodableMessageError as error:
            return await self._bury(message, str(error))
        except DomainError as error:
            return await self._bury(message, f"{error.detail} ({error.slug})")
        except Exception as error:
            _log.warning("message_failed", type=message.type, error=type(error).__name__, exc_info=True)
            return await self._retry(message, f"{type(error).__name__} : {str(error)[:300]}")

    async def _handle_once_possible(self, envelope: Envelope, body: bytes) -> str:
        """A database that is away is no message's fault: it is waited for here and costs none of the retries."""
        while True:
            try:
                return await self.handle(envelope, body)
            except DatabaseAwayError as error:
                _log.warning("database_awaited", reason=str(error))
                await asyncio.sleep(_DATABASE_PAUSE_SECONDS)

    async def handle(self, envelope: Envelope, body: bytes) -> str:
        """Has an event its effect, once: «handled», or «duplicate» when it had it before.

        Raises ``UndecodableMessageError``, ``TenantNotYetKnownError``, and whatever the handler raises.
        """
        (outcome,) = await self._handle_all([self._read(envelope, body)])
        return outcome

    async def _handle_all(self, events: Sequence[Received[Event]]) -> list[str]:
        """The outcomes of a commune's events, all or none of which have their effect."""
        tenant_id = events[0].envelope.tenant
        async with self._database.transaction(tenant_id) as transaction:
            new = await self._enter(transaction, {received.envelope.id for received in events})
            outcomes, fresh = list[str](), list[Received[Event]]()
            for received in events:
                first = received.envelope.id in new
                new.discard(received.envelope.id)
                outcomes.append("handled" if first else "duplicate")
                if first:
                    fresh.append(received)
            if fresh and not self.consumer.introduces_communes and tenant_id not in self._known_communes:
                await require_known(transaction)
                self._known_communes.add(tenant_id)
            await self._call_handlers(transaction, fresh)
        return outcomes

    async def _enter(self, transaction: Transaction, ids: set[UUID]) -> set[UUID]:
        """Writes messages into the inbox, in the order of ids: two batches never wait for one another. The new ones."""
        entered = await transaction.connection.execute(_ENTER, {"consumer": self.queues.main, "ids": list(ids)})
        return set(entered.scalars())

    async def _call_handlers(self, transaction: Transaction, events: Sequence[Received[Event]]) -> None:
        together = dict[str, list[Received[Event]]]()
        for received in events:
            _, handler = self._handlers[received.envelope.type]
            if isinstance(handler, Together):
                together.setdefault(received.envelope.type, []).append(received)
            else:
                continue_trace(received.envelope.traceparent)
                await handler(transaction, received)
        for event_type, those in together.items():
            _, handler = self._handlers[event_type]
            assert isinstance(handler, Together)  # noqa: S101 - sorted above
            continue_trace(those[0].envelope.traceparent)
            await handler.handle(transaction, those)

    def _read_envelope(self, message: AbstractIncomingMessage) -> Envelope:
        try:
            return Envelope.from_headers(dict(message.headers))
        except KeyError as error:
            raise UndecodableMessageError(f"Enveloppe illisible : il manque l'en-tête {error}.") from error
        except ValueError as error:
            raise UndecodableMessageError(f"Enveloppe illisible : {error}.") from error

    def _read(self, envelope: Envelope, body: bytes) -> Received[Event]:
        if envelope.type not in self._handlers:
            raise UndecodableMessageError(f"Type d'événement inconnu de ce service : {envelope.type}.")
        model, _ = self._handlers[envelope.type]
        try:
            event = model.model_validate_json(body)
        except ValidationError as error:
            raise UndecodableMessageError(f"Contenu illisible : {_faults(error)}.") from error
        if event.subject != envelope.subject:
            raise UndecodableMessageError("L'enveloppe et le contenu ne parlent pas de la même chose (subject).")
        return Received(event, envelope)

    async def _retry(self, message: AbstractIncomingMessage, reason: str) -> str:
        attempt, delays = _attempts(message), list(RETRY_DELAYS)
        if attempt >= len(delays):
            return await self._bury(message, f"Échec malgré {attempt} reprises. {reason}")
        await self._send_copy(message, self.queues.retry(delays[attempt]), {ATTEMPT_HEADER: attempt + 1})
        return "retried"

    async def _bury(self, message: AbstractIncomingMessage, reason: str) -> str:
        reason = reason[:_REASON_LENGTH]
        _log.error("message_dead", type=message.type, reason=reason)
        await self._send_copy(message, self.queues.dead, {REASON_HEADER: reason})
        return "dead"

    async def _send_copy(self, message: AbstractIncomingMessage, queue: str, headers: dict[str, str | int]) -> None:
        """Confirmed before the original is acknowledged: a crash in between duplicates, never loses."""
        assert self._channel is not None  # noqa: S101 - messages come through it
        copy = aio_pika.Message(
            message.body,
            headers={**message.headers, **headers},
            message_id=message.message_id,
            type=message.type,
            content_type=message.content_type,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        await self._channel.default_exchange.publish(copy, routing_key=queue, mandatory=True)


async def _acknowledge(messages: Sequence[AbstractIncomingMessage], *, multiple: bool) -> None:
    """``multiple``: nothing that their channel brought before the last of them is still to be dealt with.

    When the connection is gone they come again, and the inbox knows them.
    """
    try:
        if multiple and all(message.channel is messages[0].channel for message in messages):
            await messages[-1].ack(multiple=True)
        else:
            for message in messages:
                await message.ack()
    except Exception as error:
        _log.warning("messages_not_acknowledged", error=type(error).__name__)


def _attempts(message: AbstractIncomingMessage) -> int:
    """How many retries a message has had; 0 when the header is missing or garbled."""
    attempts = message.headers.get(ATTEMPT_HEADER)
    return attempts if isinstance(attempts, int) and attempts > 0 else 0


def _faults(error: ValidationError) -> str:
    """What is wrong where, without the values."""
    details = error.errors(include_input=False, include_url=False, include_context=False)
    return " ; ".join(f"{'.'.join(map(str, detail['loc']))} {detail['msg']}".strip() for detail in details[:5])
