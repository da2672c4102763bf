"""Publishes the outbox to RabbitMQ with confirms in flight."""

import asyncio

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractRobustConnection

from chassis.messaging.topology import declare_exchange
from contracts.envelope import Envelope


class RabbitPublisher:
    """Sends batches to the exchange. A batch that fails is published again with the same message ids."""

    def __init__(self, connection: AbstractRobustConnection) -> None:
        self._connection = connection
        self._channel: AbstractChannel | None = None
        self._exchange: AbstractExchange | None = None

    async def publish_all(self, messages: list[tuple[Envelope, bytes]]) -> int:
        """Publishes in order; returns how many, from the first, the broker confirmed.

        Unroutable events are confirmed and dropped by the broker: a published event may have no reader yet.
        Raises the connection's error when nothing can be sent.
        """
        exchange = await self._ready_exchange()
        sending = [
            asyncio.ensure_future(
                exchange.publish(_message(envelope, body), routing_key=envelope.type, mandatory=False, timeout=20)
            )
            for envelope, body in messages
        ]
        results = await asyncio.gather(*sending, return_exceptions=True)
        failed = next((index for index, result in enumerate(results) if isinstance(result, BaseException)), None)
        if failed is None:
            return len(messages)
        self._exchange = None
        return failed

    async def _ready_exchange(self) -> AbstractExchange:
        if self._exchange is None or self._channel is None or self._channel.is_closed:
            self._channel = await self._connection.channel()
            self._exchange = await declare_exchange(self._channel)
        return self._exchange


def _message(envelope: Envelope, body: bytes) -> aio_pika.Message:
    return aio_pika.Message(
        body,
        headers=dict(envelope.to_headers()),
        message_id=str(envelope.id),
        type=envelope.type,
        content_type="application/json",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
