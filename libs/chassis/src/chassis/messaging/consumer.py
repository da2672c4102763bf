"""Consumes events: exactly one effect per message, delayed retries, dead letters with their reason."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
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

_PREFETCH = 20
_REASON_LENGTH = 1000
_DATABASE_PAUSE_SECONDS = 1.0

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
class Consumer:
    """A queue ``<service>.<purpose>`` and what handles each event model it is bound to.

    Handlers run in a transaction of the event's commune that also holds the inbox row. They are order-independent.
    A ``DomainError`` sends the message to the dead letters at once; anything else is retried with growing delays.
    Events of a commune that the service does not know (yet) are retried too, unless it is they that make it known
    (``introduces_communes``).
    """

    purpose: str
    handlers: Mapping[type[Event], Handler]
    introduces_communes: bool = False


class UndecodableMessageError(Exception):
    """The message is not an event this consumer knows. Says why in French."""


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

    async def start(self) -> None:
        """Declares the queues and starts consuming. What raised may be called again."""
        if self._channel is not None:
            with contextlib.suppress(Exception):
                await self._channel.close()
        self._channel = await self._connection.channel(on_return_raises=True)
        await self._channel.set_qos(prefetch_count=_PREFETCH)
        self._queue = await declare_queues(self._channel, self.queues, list(self._handlers))
        self._consumer_tag = await self._queue.consume(self._on_message)

    async def stop(self) -> None:
        """Takes no more messages; those being handled finish or are delivered again elsewhere."""
        if self._queue and self._consumer_tag and self._channel and not self._channel.is_closed:
            await self._queue.cancel(self._consumer_tag)

    def is_consuming(self) -> bool:
        """Whether the broker has this consumer, as far as the connection knows."""
        return self._consumer_tag is not None and self._channel is not None and not self._channel.is_closed

    async def _on_message(self, message: AbstractIncomingMessage) -> None:
        structlog.contextvars.bind_contextvars(message_id=message.message_id, queue=self.queues.main)
        try:
            outcome = await self._settle(message)
        except Exception:
            # Neither handled nor put aside: the broker gives it again, until its limit makes it a dead letter.
            _log.exception("message_given_back")
            await message.reject(requeue=True)
            return
        await message.ack()
        metrics.MESSAGES.labels(self.queues.main, message.type or "", outcome).inc()

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
        continue_trace(envelope.traceparent)
        event, handler = self._read_event(envelope, body)
        async with self._database.transaction(envelope.tenant) as transaction:
            first = await transaction.connection.execute(
                text("insert into inbox (consumer, message_id) values (:consumer, :id) on conflict do nothing"),
                {"consumer": self.queues.main, "id": envelope.id},
            )
            if first.rowcount == 0:
                return "duplicate"
            if not self.consumer.introduces_communes and envelope.tenant not in self._known_communes:
                await require_known(transaction)
                self._known_communes.add(envelope.tenant)
            await handler(transaction, Received(event, envelope))
        return "handled"

    def _read_envelope(self, message: AbstractIncomingMessage) -> Envelope:
        try:
            return Envelope.from_headers(dict(message.headers))
        except KeyError as error:
            raise UndecodableMessageError(f"Enveloppe illisible : il manque l'en-tête {error}.") from error
        except ValueError as error:
            raise UndecodableMessageError(f"Enveloppe illisible : {error}.") from error

    def _read_event(self, envelope: Envelope, body: bytes) -> tuple[Event, Handler]:
        if envelope.type not in self._handlers:
            raise UndecodableMessageError(f"Type d'événement inconnu de ce service : {envelope.type}.")
        model, handler = self._handlers[envelope.type]
        try:
            event = model.model_validate_json(body)
        except ValidationError as error:
            raise UndecodableMessageError(f"Contenu illisible : {_faults(error)}.") from error
        if event.subject != envelope.subject:
            raise UndecodableMessageError("L'enveloppe et le contenu ne parlent pas de la même chose (subject).")
        return event, handler

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


def _attempts(message: AbstractIncomingMessage) -> int:
    """How many retries a message has had; 0 when the header is missing or garbled."""
    attempts = message.headers.get(ATTEMPT_HEADER)
    return attempts if isinstance(attempts, int) and attempts > 0 else 0


def _faults(error: ValidationError) -> str:
    """What is wrong where, without the values."""
    details = error.errors(include_input=False, include_url=False, include_context=False)
    return " ; ".join(f"{'.'.join(map(str, detail['loc']))} {detail['msg']}".strip() for detail in details[:5])
