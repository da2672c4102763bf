"""Parents are told of money that came too much, went back, or did not come."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chassis.ids import new_id
from chassis.testing.plugin import ALIXAN, Harness
from contracts.event import Event
from contracts.events import (
    AdhesionPaymentUnused,
    FamilyRegistered,
    InvoicePaymentUnused,
    PaymentReversed,
    SurplusDecided,
    SurplusReceived,
)
from contracts.events.payment_gateway import RefundConsequence, ReversalKind, SurplusDecision, SurplusReason
from contracts.values import Guardian, PaymentPurpose, PostalAddress

AT = datetime(2022, 7, 4, 22, 30, tzinfo=UTC)
"""The 5th in Alixan."""


async def family(harness: Harness) -> UUID:
    family_id, guardian_id = new_id(), new_id()
    event = FamilyRegistered(
        family_id=family_id,
        name="Martin",
        address=PostalAddress(line="1 rue", postal_code="26300", city="Alixan"),
        guardians=(Guardian(guardian_id=guardian_id, first_name="Anne", last_name="Martin", email="a@martin.fr"),),
    )
    await harness.publish(event, tenant_id=ALIXAN.tenant_id)
    await harness.eventually("select 1 from guardian where guardian_id = $1", guardian_id)
    return family_id


def money(family_id: UUID, cents: int = 3400) -> dict[str, Any]:
    return {
        "movement_id": new_id(),
        "payment_id": new_id(),
        "purpose": PaymentPurpose.INVOICES,
        "reference_id": new_id(),
        "regie_id": new_id(),
        "family_id": family_id,
        "label": "Facture 2209001",
        "amount_cents": cents,
    }


def back(family_id: UUID, kind: ReversalKind, **changed: Any) -> PaymentReversed:
    return PaymentReversed(**{**money(family_id), **changed}, kind=kind, reversed_at=AT)


async def told(harness: Harness, family_id: UUID, *events: Event) -> list[tuple[str, str]]:
    """Each event twice; the mails of the family."""
    for sequence, event in enumerate([*events, *events], 1):
        message_id = new_id()
        await harness.publish(event, tenant_id=ALIXAN.tenant_id, sequence=sequence, message_id=message_id)
        await harness.eventually("select 1 from inbox where message_id = $1", message_id, seconds=30)
    rows = await harness.query(
        "select subject, body from mail join guardian using (tenant_id, guardian_id) where guardian.family_id = $1"
        " order by mail_id",
        family_id,
    )
    return [(row["subject"], row["body"]) for row in rows]


async def test_money_that_settles_nothing_is_told_then_what_becomes_of_it(harness: Harness) -> None:
    family_id = await family(harness)
    about = money(family_id)
    received = SurplusReceived(**about, reason=SurplusReason.SURPLUS, currency="978", due_cents=3400, received_at=AT)
    credited = SurplusDecided(**about, decision=SurplusDecision.CREDITED, currency="978", decided_at=AT)
    (first, second) = await told(harness, family_id, received, credited)
    assert first[0] == "Un paiement que la mairie doit vérifier"
    assert "34,00\xa0€" in first[1]
    assert second[0] == "34,00\xa0€ au crédit de votre compte"


async def test_a_refund_that_was_not_paid_out_is_told_as_such(harness: Harness) -> None:
    family_id = await family(harness)
    undone = SurplusReceived(
        **money(family_id),
        reason=SurplusReason.SURPLUS,
        currency="978",
        due_cents=3400,
        received_at=AT,
        undone_movement_id=new_id(),
    )
    ((subject, body),) = await told(harness, family_id, undone)
    assert subject == "Votre remboursement n'a pas abouti"
    assert "34,00\xa0€" in body
    assert "puis vous la verse autrement ou la porte à votre crédit" in body


async def test_a_payment_of_what_was_paid_already_is_told(harness: Harness) -> None:
    family_id = await family(harness)
    about = {"family_id": family_id, "label": "Cantine", "amount_cents": 1700, "settled_at": AT}
    credited = InvoicePaymentUnused(payment_id=new_id(), **about)
    returned = AdhesionPaymentUnused(payment_id=new_id(), **about)
    mails = await told(harness, family_id, credited, returned)
    assert [subject for subject, _ in mails] == ["Vous avez payé 17,00\xa0€ en trop"] * 2
    assert ["au crédit de votre compte" in body for _, body in mails] == [True, False]


async def test_a_refund_says_whether_the_invoice_is_owed_again(harness: Harness) -> None:
    family_id = await family(harness)
    owed = back(family_id, ReversalKind.REFUND, consequence=RefundConsequence.OWED_AGAIN)
    noted = back(family_id, ReversalKind.REFUND, consequence=RefundConsequence.CREDIT_NOTE)
    surplus = back(family_id, ReversalKind.REFUND, surplus_id=new_id())
    mails = await told(harness, family_id, owed, noted, surplus)
    assert [subject for subject, _ in mails] == ["Remboursement de 34,00\xa0€"] * 3
    assert ["de nouveau à payer" in body for _, body in mails] == [True, False, False]


async def test_a_rejected_debit_is_due_again(harness: Harness) -> None:
    family_id = await family(harness)
    ((subject, body),) = await told(harness, family_id, back(family_id, ReversalKind.REJECTION))
    assert subject == "Paiement de 34,00\xa0€ rejeté par votre banque"
    assert "Cette somme est de nouveau due." in body
    assert "/factures" in body


async def test_a_rejected_debit_of_an_adhesion_is_not_said_to_be_payable_online(harness: Harness) -> None:
    family_id = await family(harness)
    rejected = back(family_id, ReversalKind.REJECTION, purpose=PaymentPurpose.ADHESION_ORDER)
    ((_, body),) = await told(harness, family_id, rejected)
    assert "demandez à la mairie comment la régler" in body
    assert "/factures" not in body


async def test_what_was_cancelled_before_its_debit_is_no_fault_of_the_parents_bank(harness: Harness) -> None:
    family_id = await family(harness)
    ((subject, body),) = await told(harness, family_id, back(family_id, ReversalKind.CANCELLATION))
    assert subject == "Paiement de 34,00\xa0€ annulé"
    assert "rien n'est pris sur votre compte" in body
    assert "votre banque" not in body
    assert "de nouveau due" in body
