"""Gauges of the messages that wait, read when someone asks: every replica tells the same, and it is true now."""

import asyncio
import contextlib
from collections.abc import Sequence

from aio_pika.abc import AbstractRobustConnection
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis import metrics
from chassis.messaging.dead_letters import count_dead_letters
from chassis.messaging.topology import Queues, count_retries

_SECONDS = 2.0


async def refresh_gauges(
    service: str, all_queues: Sequence[Queues], engine: AsyncEngine, connection: AbstractRobustConnection | None
) -> None:
    """Brings the gauges up to date; they keep what they were while the database or the broker is away."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(_SECONDS):
            counts = {queues.main: 0 for queues in all_queues} | await count_dead_letters(engine)
        for queue, count in counts.items():
            metrics.DEAD_LETTERS.labels(service, queue).set(count)
    if connection is None:
        return
    with contextlib.suppress(Exception):
        async with asyncio.timeout(_SECONDS), connection.channel() as channel:
            for queues in all_queues:
                metrics.RETRIES_WAITING.labels(service, queues.main).set(await count_retries(channel, queues))
