"""The servers that the integration tests of every package stand on."""

from urllib.parse import urlsplit

import asyncpg
import httpx
from aio_pika import DeliveryMode, Message, connect


async def test_postgres_takes_a_superuser(postgres_admin_url: str) -> None:
    connection = await asyncpg.connect(postgres_admin_url)
    try:
        assert await connection.fetchval("select rolsuper from pg_roles where rolname = current_user")
    finally:
        await connection.close()


async def test_rabbitmq_carries_a_message_in_a_virtual_host_of_its_own(amqp_url: str, rabbitmq_management: str) -> None:
    async with await connect(amqp_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await channel.default_exchange.publish(Message(b"bonjour", delivery_mode=DeliveryMode.PERSISTENT), queue.name)
        received = await queue.get(timeout=30)
        assert received.body == b"bonjour"
        await received.ack()
    vhost = urlsplit(amqp_url).path.removeprefix("/")
    async with httpx.AsyncClient(base_url=rabbitmq_management) as management:
        assert (await management.get(f"/api/vhosts/{vhost}")).json()["name"] == vhost
