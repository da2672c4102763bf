"""Events that arrive together: few transactions, every effect once, nobody spoilt by a neighbour."""

from collections.abc import AsyncIterator

import aio_pika
import pytest

from chassis.ids import new_id
from chassis.messaging.consumer import ConsumerWorker
from chassis.messaging.topology import Queues
from chassis.testing.plugin import ALIXAN, VEYRAS, Harness
from contracts.events import InvoiceSettled, PaymentSettled
from contracts.values import PaymentPurpose, PaymentStatus

BILLS = Queues("sample.bills")


def paid(harness: Harness, label: str) -> PaymentSettled:
    return PaymentSettled(
        payment_id=new_id(),
        purpose=PaymentPurpose.INVOICES,
        reference_id=new_id(),
        regie_id=new_id(),
        family_id=new_id(),
        status=PaymentStatus.SUCCEEDED,
        amount_cents=100,
        settled_at=harness.clock.now(),
        label=label,
        reason_code=None,
        reason=None,
    )


@pytest.fixture
async def worker(harness: Harness) -> AsyncIterator[ConsumerWorker]:
    """Stopped, so that what is published waits for it."""
    (worker,) = [worker for worker in harness.runtime.workers if worker.queues == BILLS]
    await worker.stop()
    yield worker
    if not worker.is_consuming():
        await worker.start()


async def waiting(harness: Harness) -> int:
    """How many messages the queue still has, given out or not."""
    async with await aio_pika.connect(harness.amqp_url) as connection:
        queue = await (await connection.channel()).get_queue(BILLS.main)
        return queue.declaration_result.message_count or 0


async def test_what_waits_together_is_handled_together(harness: Harness, worker: ConsumerWorker) -> None:
    for number in range(40):
        tenant_id = VEYRAS.tenant_id if number % 4 == 0 else ALIXAN.tenant_id
        await harness.publish(paid(harness, f"ensemble {number}"), tenant_id=tenant_id)
    await worker.start()
    await harness.eventually("select 1 from note where words like 'paiement ensemble%' having count(*) = 40")
    (row,) = await harness.query(
        "select count(distinct xmin::text) as transactions, count(distinct words) as effects,"
        " count(*) filter (where tenant_id = $1) as elsewhere from note where words like 'paiement ensemble%'",
        VEYRAS.tenant_id,
    )
    assert row["transactions"] <= 10
    assert (row["effects"], row["elsewhere"]) == (40, 10)
    await worker.stop()
    assert await waiting(harness) == 0, "all are acknowledged"


async def test_those_of_a_crowd_are_gathered(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.messaging.consumer._GATHER_SECONDS", 0.8)  # beyond the pauses of a busy machine
    for number in range(10):
        await harness.publish(paid(harness, f"file {number}"), tenant_id=ALIXAN.tenant_id)
    await harness.eventually("select 1 from note where words like 'paiement file%' having count(*) = 10")
    (row,) = await harness.query(
        "select count(distinct xmin::text) as transactions, count(distinct words) as effects"
        " from note where words like 'paiement file%'"
    )
    assert row["effects"] == 10
    assert row["transactions"] <= 5, "published one after the other, each confirmed before the next"


async def test_one_that_cannot_be_handled_spoils_no_other(harness: Harness, worker: ConsumerWorker) -> None:
    poison = new_id()
    for number in range(20):
        await harness.publish(paid(harness, f"voisin {number}"), tenant_id=ALIXAN.tenant_id)
        if number == 10:
            await harness.publish(paid(harness, "never"), tenant_id=ALIXAN.tenant_id, message_id=poison)
            await harness.send({"id": str(new_id()), "type": PaymentSettled.event_type}, b"illisible")
    await worker.start()
    await harness.eventually("select 1 from note where words like 'paiement voisin%' having count(*) = 20")
    await harness.eventually("select 1 from dead_letter where message_id = $1", poison)
    await harness.eventually("select 1 from dead_letter where body = 'illisible'::bytea")
    await worker.stop()
    assert await waiting(harness) == 0


async def test_types_of_one_batch_each_have_their_handler(harness: Harness, worker: ConsumerWorker) -> None:
    repeated = new_id()
    for _ in range(3):
        await harness.publish(paid(harness, "répété"), tenant_id=ALIXAN.tenant_id, message_id=repeated)
        bill = InvoiceSettled(invoice_id=new_id(), number="mêlée", family_id=new_id(), paid_cents=1)
        await harness.publish(bill, tenant_id=ALIXAN.tenant_id)
    await worker.start()
    await harness.eventually("select 1 from note where words = 'facture mêlée' having count(*) = 3")
    (row,) = await harness.query("select count(*) as n from note where words = 'paiement répété'")
    assert row["n"] == 1
