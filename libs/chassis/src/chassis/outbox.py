"""Transactional outbox: the event row commits with the change; one elected relay per service publishes in order."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis import metrics
from chassis.ids import new_id
from chassis.signals import Signal
from chassis.tracing import current_traceparent
from contracts.envelope import Envelope
from contracts.event import Event

_log = structlog.get_logger(__name__)

_BATCH = 200
_POLL_SECONDS = 1.0
_RETRY_SECONDS = 1.0
_PACE_SECONDS = 0.1
"""An event after a quiet moment leaves at once; in a crowd, those of this time leave together, and are handled together
by whoever reads them.
"""
_LOCK = "outbox-relay"

OUTBOX = "outbox"
"""What a transaction wakes that wrote to the outbox."""

_INSERT = text(
    "insert into outbox (tenant_id, source, time, id, type, subject, sequence, traceparent, body)"
    " select :tenant_id, :source, :time, e.id, e.type, e.subject, e.sequence, e.traceparent, cast(e.body as jsonb)"
    " from unnest(cast(:ids as uuid[]), cast(:types as text[]), cast(:subjects as uuid[]),"
    " cast(:sequences as bigint[]), cast(:traceparents as text[]), cast(:bodies as text[]))"
    " with ordinality as e(id, type, subject, sequence, traceparent, body, place) order by e.place"
)


@dataclass(frozen=True)
class Outgoing:
    """An event to send. ``sequence`` is the aggregate's version; the caller holds the aggregate's row lock.

    ``traceparent`` is what led to it, by default what is being handled.
    """

    event: Event
    sequence: int
    traceparent: str | None = None


async def insert_events(
    connection: AsyncConnection, events: Sequence[Outgoing], *, tenant_id: UUID, source: str, time: datetime
) -> None:
    """Adds events to the outbox in their order, in the transaction that makes the changes."""
    handled = current_traceparent()
    rows = {
        "ids": [new_id() for _ in events],
        "types": [each.event.event_type for each in events],
        "subjects": [each.event.subject for each in events],
        "sequences": [each.sequence for each in events],
        "traceparents": [each.traceparent or handled for each in events],
        "bodies": [each.event.model_dump_json() for each in events],
    }
    await connection.execute(_INSERT, {"tenant_id": tenant_id, "source": source, "time": time, **rows})


class Publisher(Protocol):
    """Where the relay sends what it reads."""

    async def publish_all(self, messages: list[tuple[Envelope, bytes]]) -> int:
        """Publishes in order, with confirms in flight; returns how many, from the first, are surely there."""
        ...


class Relay:
    """Publishes the outbox. Many may run; the one holding the advisory lock works, the others wait."""

    def __init__(self, engine: AsyncEngine, publisher: Publisher, signal: Signal, service: str) -> None:
        self._engine = engine
        self._publisher = publisher
        self._signal = signal
        self._service = service

    async def run(self) -> None:
        """Runs until cancelled. A broker or database that is away is waited for."""
        while True:
            began = time.monotonic()
            try:
                full_batch = await self.publish_batch() == _BATCH
            except Exception as error:
                _log.warning("outbox_relay_waits", error=type(error).__name__, reason=str(error)[:200])
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            if not full_batch:
                await asyncio.sleep(began + _PACE_SECONDS - time.monotonic())
                await self._signal.wait(_POLL_SECONDS)

    async def publish_batch(self) -> int:
        """Publishes and deletes the oldest events. Returns how many; 0 also when another relay is the leader."""
        async with self._engine.begin() as connection:
            elected = await connection.scalar(
                text("select pg_try_advisory_xact_lock(hashtext(:name))"), {"name": _LOCK}
            )
            if not elected:
                return 0
            rows = (await connection.execute(text("select * from outbox order by seq limit :n"), {"n": _BATCH})).all()
            metrics.OUTBOX_WAITING.labels(self._service).set(len(rows))
            if not rows:
                return 0
            messages = [
                (
                    Envelope(
                        id=row.id,
                        source=row.source,
                        type=row.type,
                        time=row.time,
                        subject=row.subject,
                        tenant=row.tenant_id,
                        sequence=row.sequence,
                        traceparent=row.traceparent,
                    ),
                    json.dumps(row.body, ensure_ascii=False).encode(),
                )
                for row in rows
            ]
            done = await self._publisher.publish_all(messages)
            if done:
                # By number, one by one: a row with a lower number may have become visible since the reading.
                sent = [row.seq for row in rows[:done]]
                await connection.execute(text("delete from outbox where seq = any(:sent)"), {"sent": sent})
        metrics.OUTBOX_PUBLISHED.labels(self._service).inc(done)
        if done < len(rows):
            raise ConnectionError(f"the broker confirmed {done} of {len(rows)} events")
        return done
