"""Events: outbox to exchange, inbox, retries, dead letters."""

import asyncio

import aio_pika

from chassis.ids import new_id
from chassis.messaging.topology import EXCHANGE, Queues
from chassis.testing.plugin import ALIXAN, VEYRAS, Harness
from contracts.events import InvoiceSettled

BILLS = Queues("sample.bills")


def settled(number: str) -> InvoiceSettled:
    return InvoiceSettled(invoice_id=new_id(), number=number, family_id=new_id(), paid_cents=100)


async def take(harness: Harness, queue_name: str, seconds: float = 10) -> aio_pika.abc.AbstractIncomingMessage:
    connection = await aio_pika.connect(harness.runtime.settings.amqp_url.get_secret_value())
    async with connection, asyncio.timeout(seconds):
        queue = await (await connection.channel()).get_queue(queue_name)
        while (message := await queue.get(fail=False)) is None:
            await asyncio.sleep(0.05)
        await message.ack()
        return message


async def test_an_event_is_handled_once_however_often_it_comes(harness: Harness) -> None:
    event, message_id = settled("A1"), new_id()
    for _ in range(5):
        await harness.publish(event, tenant_id=ALIXAN.tenant_id, message_id=message_id)
    last = settled("A2")
    await harness.publish(last, tenant_id=ALIXAN.tenant_id)
    await harness.eventually("select 1 from note where words = 'facture A2'")
    assert len(await harness.query("select 1 from note where words = 'facture A1'")) == 1


async def test_a_handler_writes_in_the_events_commune(harness: Harness) -> None:
    await harness.publish(settled("V1"), tenant_id=VEYRAS.tenant_id)
    (row,) = await harness.eventually("select tenant_id from note where words = 'facture V1'")
    assert row["tenant_id"] == VEYRAS.tenant_id


async def test_passing_trouble_waits_in_the_first_retry_queue(harness: Harness) -> None:
    await harness.publish(settled("boom"), tenant_id=ALIXAN.tenant_id)
    message = await take(harness, BILLS.retry("5s"))
    assert message.headers["x-attempt"] == 1
    assert await harness.query("select 1 from inbox where message_id = $1", message.message_id) == []


async def test_a_committed_change_reaches_the_exchange(harness: Harness) -> None:
    connection = await aio_pika.connect(harness.runtime.settings.amqp_url.get_secret_value())
    async with connection, asyncio.timeout(10):
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(EXCHANGE, routing_key="billing.invoice_settled.v1")
        async with harness.client(headers=harness.signer.headers(ALIXAN.tenant_id, family_id=new_id())) as client:
            note = (await client.post("/notes", json={"words": "publiée"})).json()
        async with queue.iterator() as messages:
            async for message in messages:
                if message.headers["subject"] == note["id"]:
                    break
    assert message.headers["tenant"] == str(ALIXAN.tenant_id)
    await harness.eventually("select 1 where not exists (select 1 from outbox where subject = $1)", note["id"])
