"""A family's credit is deducted from its next payment, once, whatever is clicked."""

import asyncio

import pytest

from chassis.ids import new_id
from contracts.events import InvoiceSettled, PaymentReversed
from contracts.events.payment_gateway import ReversalKind
from contracts.values import Regie


@pytest.fixture
async def invoice(town, home):
    """20 €, to pay."""
    await town.book(home)
    await town.run()
    (invoice,) = await town.invoices(home)
    return invoice


async def state(town, home):
    return [(each["status"], each["paid_cents"]) for each in await town.invoices(home)]


async def to_pay(town, home):
    async with town.parent(home) as client:
        return [(each["pending_cents"], each["credit_cents"]) for each in (await client.get("/summary")).json()]


async def test_the_bank_is_asked_for_the_rest(town, home, invoice):
    await town.credit(home, 300)
    await town.credit(home, 200)
    assert await to_pay(town, home) == [(2000, 500)]
    ordered = (await town.pay(home, invoice)).json()
    assert (ordered["deducted_cents"], ordered["total_cents"], ordered["count"]) == (500, 1500, 1)
    assert await to_pay(town, home) == [(1500, 0)]
    assert await town.differences(home) == []
    await town.publish(town.settled(home, ordered))
    assert await state(town, home) == [("paid", 2000)]
    assert await town.differences(home) == []


async def test_a_credit_that_covers_everything_pays(town, home, invoice):
    await town.credit(home, 2500)
    ordered = (await town.pay(home, invoice)).json()
    assert ordered == {
        "invoice_payment_id": None,
        "payment_id": None,
        "count": 0,
        "total_cents": 0,
        "deducted_cents": 2000,
    }
    assert await state(town, home) == [("paid", 2000)]
    told = "select 1 from kept.published_event where type = $1 and subject = $2"
    assert len(await town.harness.query(told, InvoiceSettled.event_type, invoice["invoice_id"])) == 1
    held = "select sum(cents)::int as cents from payment_use where family_id = $1 and invoice_id is null"
    assert [row["cents"] for row in await town.harness.query(held, home.family_id)] == [500]
    assert (await town.pay(home, invoice)).status_code == 409
    assert await town.differences(home) == []


async def test_clicked_often_it_is_deducted_once(town, home, invoice):
    await town.credit(home, 500)
    answers = [answer.json() for answer in await asyncio.gather(*(town.pay(home, invoice) for _ in range(10)))]
    assert sorted(answer["deducted_cents"] for answer in answers) == [*[0] * 9, 500]
    assert len({answer["payment_id"] for answer in answers}) == 1
    assert {answer["total_cents"] for answer in answers} == {1500}
    assert await town.differences(home) == []


async def test_two_invoices_at_once_share_it(town, home, invoice):
    await town.book(home)
    await town.run("2022-09")
    invoices = await town.invoices(home)
    assert len(invoices) == 2
    await town.credit(home, 500)
    answers = await asyncio.gather(*(town.pay(home, each) for each in invoices))
    assert sorted(answer.json()["deducted_cents"] for answer in answers) == [0, 500]
    assert await town.differences(home) == []


async def test_another_regies_money_stays_there(town, home, invoice):
    await town.credit(home, 500, Regie(regie_id=new_id(), name="Régie des sports"))
    assert await to_pay(town, home) == [(2000, 0)]
    assert (await town.pay(home, invoice)).json()["total_cents"] == 2000


async def test_money_that_goes_back_is_owed_again(town, home, invoice):
    received = await town.credit(home, 2000)
    await town.pay(home, invoice)
    assert await state(town, home) == [("paid", 2000)]
    back = PaymentReversed(
        movement_id=new_id(),
        payment_id=received.payment_id,
        purpose=received.purpose,
        reference_id=received.reference_id,
        regie_id=received.regie_id,
        family_id=home.family_id,
        label=received.label,
        kind=ReversalKind.REFUND,
        amount_cents=2000,
        surplus_id=received.movement_id,
        reversed_at=town.harness.clock.now(),
    )
    await asyncio.gather(*(town.publish(back) for _ in range(3)))
    assert await state(town, home) == [("pending", 0)]
    assert await town.differences(home) == []
