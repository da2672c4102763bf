"""Refunds, rejected debits and surplus money in the family's account."""

import asyncio
import json

import asyncpg
import pytest

from chassis.ids import new_id
from contracts.events import (
    InvoiceOwedAgain,
    InvoicePaymentUnused,
    InvoiceSettled,
    PaymentReversed,
    SurplusDecided,
    SurplusReceived,
)
from contracts.events.payment_gateway import RefundConsequence, ReversalKind, SurplusDecision, SurplusReason
from contracts.values import PaymentPurpose, Role

REFUND, REJECTION = ReversalKind.REFUND, ReversalKind.REJECTION


@pytest.fixture
async def invoice(town, home):
    await town.book(home)
    await town.run()
    (invoice,) = await town.invoices(home)
    return invoice


@pytest.fixture
async def payment(town, home, invoice):
    """The invoice of 20 €, paid."""
    payment = (await town.pay(home, invoice)).json()
    await town.publish(town.settled(home, payment))
    return payment


def back(town, home, payment, cents, kind=REFUND, **changed):
    return PaymentReversed(
        movement_id=new_id(),
        payment_id=payment["payment_id"],
        purpose=changed.pop("purpose", PaymentPurpose.INVOICES),
        reference_id=new_id(),
        regie_id=town.regie.regie_id,
        family_id=home.family_id,
        label="Facture 2209001",
        kind=kind,
        amount_cents=cents,
        reversed_at=town.harness.clock.now(),
        **changed,
    )


def surplus(town, home, payment, cents=2000, **changed):
    return SurplusReceived(
        movement_id=new_id(),
        payment_id=payment["payment_id"],
        purpose=PaymentPurpose.INVOICES,
        reference_id=new_id(),
        regie_id=town.regie.regie_id,
        family_id=home.family_id,
        label="Facture 2209001",
        reason=SurplusReason.SURPLUS,
        amount_cents=cents,
        currency=changed.pop("currency", "978"),
        due_cents=2000,
        received_at=town.harness.clock.now(),
        undone_movement_id=changed.pop("undone", None),
    )


def decided(received, decision):
    fields = received.model_dump(exclude={"reason", "due_cents", "received_at", "undone_movement_id"})
    return SurplusDecided(**fields, decision=decision, decided_at=received.received_at)


async def account(town, home):
    async with town.parent(home) as client:
        found = (await client.get("/account")).json()
    return found["balance_cents"], [
        (movement["kind"], movement["credit_cents"] - movement["debit_cents"]) for movement in found["movements"][::-1]
    ]


async def state(town, home):
    (invoice,) = await town.invoices(home)
    return invoice["status"], invoice["paid_cents"], invoice["credited_cents"]


async def credits(town, home):
    async with town.staff(Role.REGISSEUR) as client:
        found = (await client.get("/credits")).json()["items"]
    return [(one["payment_id"], one["cents"]) for one in found if one["family_id"] == str(home.family_id)]


async def differences(town, home):
    async with town.staff(Role.REGISSEUR) as client:
        found = (await client.get("/ledger/differences")).json()["items"]
    return [one["kind"] for one in found if one["family_id"] == str(home.family_id)]


async def told_owed(town, invoice):
    """What was told of an invoice since it was issued: its version, and what is left to pay."""
    rows = await town.harness.query(
        "select type, body, sequence from kept.published_event where subject = $1 and type = any($2) order by seq",
        invoice["invoice_id"],
        [InvoiceOwedAgain.event_type, InvoiceSettled.event_type],
    )
    return [(row["sequence"], json.loads(row["body"]).get("left_cents", 0)) for row in rows]


async def test_whoever_keeps_what_is_owed_hears_of_what_comes_back(town, home, invoice, payment):
    await town.publish(back(town, home, payment, 500, REJECTION))
    await town.publish(back(town, home, payment, 1500, REJECTION))
    await town.publish(town.settled(home, (await town.pay(home, invoice)).json()))
    assert await told_owed(town, invoice) == [(2, 0), (3, 500), (4, 2000), (5, 0)]
    (row,) = await town.harness.query(
        "select body from kept.published_event where subject = $1 and type = $2 and sequence = 4",
        invoice["invoice_id"],
        InvoiceOwedAgain.event_type,
    )
    owed = InvoiceOwedAgain.model_validate_json(row["body"])
    assert (owed.number, owed.due_on.isoformat()) == (invoice["number"], invoice["due_on"])


async def test_a_rejected_debit_is_owed_again_and_can_be_paid(town, home, invoice, payment):
    await town.publish(back(town, home, payment, 2000, REJECTION))
    assert await state(town, home) == ("pending", 0, 0)
    assert await account(town, home) == (2000, [("invoice", -2000), ("payment", 2000), ("rejection", -2000)])
    assert await differences(town, home) == []
    again = (await town.pay(home, invoice)).json()
    assert again["total_cents"] == 2000
    await town.publish(town.settled(home, again))
    assert await state(town, home) == ("paid", 2000, 0)
    assert await differences(town, home) == []


async def test_the_account_says_how_money_went_back(town, home, payment):
    for kind in (REFUND, REJECTION, ReversalKind.CANCELLATION):
        await town.publish(back(town, home, payment, 100, kind))
    async with town.parent(home) as client:
        movements = (await client.get("/account")).json()["movements"]
    assert sorted(
        movement["label"].partition(" – ")[0] for movement in movements if movement["debit_cents"] == 100
    ) == [
        "Paiement annulé avant son débit",
        "Paiement rejeté par la banque",
        "Remboursement",
    ]


async def test_a_part_given_back_is_owed_again(town, home, payment):
    await town.publish(back(town, home, payment, 500, consequence=RefundConsequence.OWED_AGAIN))
    assert await state(town, home) == ("pending", 1500, 0)
    assert (await account(town, home))[0] == 500
    assert await differences(town, home) == []


async def test_with_a_credit_note_the_invoice_stays_settled(town, home, invoice, payment):
    await town.publish(back(town, home, payment, 500, consequence=RefundConsequence.CREDIT_NOTE))
    assert await told_owed(town, invoice) == [(2, 0)]
    assert await state(town, home) == ("paid", 1500, 500)
    assert await account(town, home) == (
        0,
        [("invoice", -2000), ("payment", 2000), ("refund", -500), ("credit_note", 500)],
    )
    assert await differences(town, home) == []


async def test_told_often_and_at_once_it_is_one_movement(town, home, payment):
    event = back(town, home, payment, 2000)
    await asyncio.gather(*(town.publish(event) for _ in range(8)))
    assert (await account(town, home))[0] == 2000
    assert await differences(town, home) == []


async def test_what_was_paid_twice_goes_back_without_the_invoice(town, home, invoice):
    """Two payments of one invoice succeed: the second is the family's credit, and it is what goes back."""
    first, second = [(await town.pay(home, invoice)).json() for _ in range(2)]
    if first["payment_id"] == second["payment_id"]:
        second = {**second, "payment_id": str(new_id())}
    await town.publish(town.settled(home, first))
    await town.publish(town.settled(home, second))
    assert (await account(town, home))[0] == -2000
    assert await credits(town, home) == [(second["payment_id"], 2000)]
    told = "select 1 from kept.published_event where type = $1 and subject = $2"
    assert len(await town.harness.query(told, InvoicePaymentUnused.event_type, second["payment_id"])) == 1
    await town.publish(back(town, home, second, 2000))
    assert await credits(town, home) == []
    assert await state(town, home) == ("paid", 2000, 0)
    assert (await account(town, home))[0] == 0
    assert await differences(town, home) == []


async def test_a_surplus_is_held_then_credited_then_given_back(town, home, payment):
    received = surplus(town, home, payment)
    await town.publish(received)
    assert (await account(town, home))[0] == -2000
    assert await differences(town, home) == []
    await town.publish(decided(received, SurplusDecision.CREDITED), sequence=2)
    assert await differences(town, home) == []
    await town.publish(back(town, home, payment, 2000, surplus_id=received.movement_id))
    assert await state(town, home) == ("paid", 2000, 0)
    assert (await account(town, home))[0] == 0
    assert await differences(town, home) == []


async def test_a_surplus_may_go_back_before_its_decision_is_heard(town, home, payment):
    received = surplus(town, home, payment)
    await town.publish(received)
    await town.publish(back(town, home, payment, 1500, surplus_id=received.movement_id))
    await town.publish(decided(received, SurplusDecision.CREDITED), sequence=2)
    await town.publish(decided(received, SurplusDecision.CREDITED), sequence=2)
    assert (await account(town, home))[0] == -500
    assert await differences(town, home) == []
    held = "select sum(cents)::int as cents from payment_use where source_id = $1"
    assert [row["cents"] for row in await town.harness.query(held, received.movement_id)] == [500]


async def test_a_refund_that_was_not_paid_out_is_there_again(town, home, payment):
    """Owed again, as the refund had made it, with the money that did not go back beside it."""
    gone = back(town, home, payment, 2000, REFUND)
    received = surplus(town, home, payment, undone=gone.movement_id)
    for event in (gone, received):
        await town.publish(event)
    moved = [("invoice", -2000), ("payment", 2000), ("refund", -2000), ("surplus", 2000)]
    assert await account(town, home) == (0, moved)
    async with town.parent(home) as client:
        latest = (await client.get("/account")).json()["movements"][0]
    assert latest["label"] == "Remboursement non versé, la mairie décide – Facture 2209001"
    assert await state(town, home) == ("pending", 0, 0)
    await town.publish(decided(received, SurplusDecision.CREDITED), sequence=2)
    assert await credits(town, home) == [(payment["payment_id"], 2000)]
    assert await differences(town, home) == []


async def test_other_money_than_euros_is_not_in_the_account(town, home, payment):
    await town.publish(surplus(town, home, payment, currency="840"))
    assert (await account(town, home))[0] == 0


async def test_an_adhesion_given_back_owes_nothing_and_a_rejected_one_does(town, home, payment):
    adhesion = {"payment_id": str(new_id())}
    await town.publish(back(town, home, adhesion, 1700, purpose=PaymentPurpose.ADHESION_ORDER))
    assert (await account(town, home))[0] == 0
    await town.publish(back(town, home, adhesion, 1700, REJECTION, purpose=PaymentPurpose.ADHESION_ORDER))
    assert (await account(town, home))[0] == 1700
    assert await differences(town, home) == []


async def test_a_missing_movement_is_found(town, home, payment):
    connection = await asyncpg.connect(town.harness.admin_url)
    try:
        await connection.execute("set session_replication_role = replica")
        statement = "delete from ledger_movement where family_id = $1 and kind = 'payment'"
        await connection.execute(statement, home.family_id)
        assert await differences(town, home) == ["family"]
        await connection.execute("delete from payment_use where family_id = $1", home.family_id)
    finally:
        await connection.close()
    assert await differences(town, home) == ["family", "invoice", "payment"]
    await town.harness.run_job("check-ledger")
    async with town.harness.client() as client:
        metrics = (await client.get("http://alixan.localhost/metrics")).text
    async with town.staff(Role.REGISSEUR) as client:
        count = len((await client.get("/ledger/differences")).json()["items"])
    assert f'portail_ledger_differences{{commune="alixan",service="billing"}} {count}.0' in metrics


async def test_movements_are_never_changed_and_have_one_side(town, home, payment):
    for statement in ("update payment_use set cents = 1", "delete from payment_use", "delete from ledger_movement"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await town.harness.query(f"{statement} where family_id = $1", home.family_id)
    unbalanced = (
        "insert into ledger_movement (tenant_id, family_id, occurred_at, kind, reference_id, label, debit_cents,"
        " credit_cents) values ($1, $2, now(), 'refund', $3, 'x', $4, $5)"
    )
    for debit, credit in ((0, 0), (5, 5), (0, 5)):
        with pytest.raises(asyncpg.CheckViolationError):
            await town.harness.query(unbalanced, town.tenant, home.family_id, new_id(), debit, credit)
