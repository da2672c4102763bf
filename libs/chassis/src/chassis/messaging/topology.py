"""Exchanges and queues, declared from this one place since their arguments never change once declared."""

from dataclasses import dataclass

from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractQueue, ExchangeType

EXCHANGE = "portal.events"
DELIVERY_LIMIT = 20
RETRY_DELAYS = {"5s": 5_000, "1m": 60_000, "10m": 600_000}
"""Name and milliseconds of each delayed retry, in the order they are used."""
ATTEMPT_HEADER = "x-attempt"
"""How many delayed retries a message has had."""
REASON_HEADER = "x-reason"
"""Why a message is dead: a French sentence, for operators and town halls."""


@dataclass(frozen=True)
class Queues:
    """The names that belong to one consumer's queue."""

    main: str

    @property
    def dead(self) -> str:
        """Where messages that cannot be handled go, with the reason in their headers; the service keeps them."""
        return f"{self.main}.dead"

    def retry(self, delay: str) -> str:
        """Where a message waits ``delay`` before it comes back."""
        return f"{self.main}.retry.{delay}"

    def all(self) -> list[str]:
        """Every queue of this consumer."""
        return [self.main, self.dead, *(self.retry(delay) for delay in RETRY_DELAYS)]


async def declare_exchange(channel: AbstractChannel) -> AbstractExchange:
    """The exchange of all events."""
    return await channel.declare_exchange(EXCHANGE, ExchangeType.TOPIC, durable=True)


async def declare_dead_queue(channel: AbstractChannel, queues: Queues) -> AbstractQueue:
    """Declares where a consumer's dead messages wait until they are in the table. Idempotent."""
    return await channel.declare_queue(queues.dead, durable=True, arguments={"x-queue-type": "quorum"})


async def count_retries(channel: AbstractChannel, queues: Queues) -> int:
    """How many messages wait to be tried again. Raises the channel's error when the queues do not exist."""
    waiting = 0
    for delay in RETRY_DELAYS:
        # As if not yet seen: a robust channel would give the count of the first time.
        queue = await channel.declare_queue(queues.retry(delay), passive=True, robust=False)  # type: ignore[call-arg]
        waiting += queue.declaration_result.message_count or 0
    return waiting


async def declare_queues(channel: AbstractChannel, queues: Queues, routing_keys: list[str]) -> AbstractQueue:
    """Declares a consumer's queues and binds the main one to each event, in any version of it. Idempotent.

    A version that the consumer does not know yet becomes a dead letter, to replay once it does; unbound, the broker
    would drop it.
    """
    exchange = await declare_exchange(channel)
    await declare_dead_queue(channel, queues)
    for delay, milliseconds in RETRY_DELAYS.items():
        await channel.declare_queue(
            queues.retry(delay),
            durable=True,
            arguments={
                "x-queue-type": "quorum",
                "x-message-ttl": milliseconds,
                "x-dead-letter-exchange": "",
                "x-dead-letter-routing-key": queues.main,
                "x-dead-letter-strategy": "at-least-once",
                "x-overflow": "reject-publish",
            },
        )
    queue = await channel.declare_queue(
        queues.main,
        durable=True,
        arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": queues.dead,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        },
    )
    for key in routing_keys:
        await queue.bind(exchange, routing_key=f"{key.rpartition('.')[0]}.*")
    return queue
