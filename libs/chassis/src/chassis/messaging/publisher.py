"""Publishes the outbox to RabbitMQ with confirms in flight."""

import asyncio

import aio_pika
import aiormq
from aio_pika.abc import AbstractChannel, AbstractRobustConnection

from chassis.messaging.topology import EXCHANGE, declare_exchange
from contracts.envelope import Envelope

_CONFIRM_SECONDS = 20


class RabbitPublisher:
    """Sends batches to the exchange. A batch that fails is published again with the same message ids."""

    def __init__(self, connection: AbstractRobustConnection) -> None:
        self._connection = connection
        self._channel: AbstractChannel | None = None

    async def publish_all(self, messages: list[tuple[Envelope, bytes]]) -> int:
        """Publishes in order; returns how many, from the first, the broker confirmed.

        Unroutable events are confirmed and dropped by the broker: a published event may have no reader yet.
        Raises the connection's error when nothing can be sent.
        """
        channel = await self._ready_channel()
        sending = [
            asyncio.ensure_future(
                # Nothing waits for the socket between two messages: those of a batch leave in few packets.
                channel.basic_publish(
                    body,
                    exchange=EXCHANGE,
                    routing_key=envelope.type,
                    properties=_properties(envelope),
                    timeout=_CONFIRM_SECONDS,
                    wait=False,
                )
            )
            for envelope, body in messages
        ]
        results = await asyncio.gather(*sending, return_exceptions=True)
        failed = next((index for index, result in enumerate(results) if isinstance(result, BaseException)), None)
        if failed is None:
            return len(messages)
        self._channel = None
        return failed

    async def _ready_channel(self) -> aiormq.Channel:
        if self._channel is None or self._channel.is_closed:
            channel = await self._connection.channel()
            await declare_exchange(channel)
            self._channel = channel
        underlay = await self._channel.get_underlay_channel()
        assert isinstance(underlay, aiormq.Channel)  # noqa: S101 - what aio-pika opens
        return underlay


def _properties(envelope: Envelope) -> aiormq.spec.Basic.Properties:
    return aiormq.spec.Basic.Properties(
        headers=dict(envelope.to_headers()),
        message_id=str(envelope.id),
        message_type=envelope.type,
        content_type="application/json",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
