"""Money of a payment goes back to the family, or does not come after all; surplus money is received and decided on.

A rejected debit makes its invoices owed again, and so does a refund, unless the régie chose a credit note: whoever
keeps in mind what is owed is told. Money that settled nothing leaves the invoices alone. Events may come in any order
and often.
"""

from uuid import UUID

from billing.application.ports import OwedInvoice, ReturnStore, Surplus
from billing.domain.taking_back import Use, take_back
from chassis.errors import TransientError
from contracts.events import InvoiceOwedAgain, PaymentReversed, SurplusDecided, SurplusReceived
from contracts.events.payment_gateway import RefundConsequence, ReversalKind, SurplusDecision
from contracts.values import EURO, PaymentPurpose

_RETURN_WORDS = {
    ReversalKind.REFUND: "Remboursement",
    ReversalKind.CANCELLATION: "Paiement annulé avant son débit",
    ReversalKind.REJECTION: "Paiement rejeté par la banque",
}


class PaymentNotYetKnownError(TransientError):
    """What goes back is told before what came."""


async def receive_surplus(store: ReturnStore, received: SurplusReceived) -> None:
    """The town holds money that settles nothing: the account says so. Other money than euros is not in it."""
    if received.currency != EURO or not received.amount_cents:
        return
    surplus = Surplus(
        surplus_id=received.movement_id,
        payment_id=received.payment_id,
        family_id=received.family_id,
        regie_id=received.regie_id,
        label=received.label,
        amount_cents=received.amount_cents,
        received_at=received.received_at,
    )
    if await store.add_surplus(surplus):
        what = "Remboursement non versé" if received.undone_movement_id else "Reçu en trop"
        label = f"{what}, la mairie décide – {received.label}"
        cents, at = surplus.amount_cents, surplus.received_at
        await store.move(surplus.family_id, "surplus", surplus.surplus_id, label=label, cents=cents, at=at)


async def decide_surplus(store: ReturnStore, decided: SurplusDecided, sequence: int) -> None:
    """The family may count on a credited surplus. Raises ``PaymentNotYetKnownError``."""
    if decided.currency != EURO:
        return
    if not await store.lock_surplus(decided.movement_id):
        raise PaymentNotYetKnownError(str(decided.movement_id))
    await store.keep_decision(decided.movement_id, decided.decision.value, sequence)
    await _hold_credit(store, decided)


async def return_payment(store: ReturnStore, back: PaymentReversed) -> None:
    """Writes it to the account, and takes it from where it lies. Raises ``PaymentNotYetKnownError``."""
    if back.surplus_id is not None:
        await _return_surplus(store, back)
    elif back.purpose is PaymentPurpose.INVOICES:
        await _return_invoices(store, back)
    elif await store.add_return(back):
        await _debit(store, back)
        if back.kind is ReversalKind.REFUND:
            await _credit_note(store, back, back.amount_cents)


async def _return_surplus(store: ReturnStore, back: PaymentReversed) -> None:
    assert back.surplus_id is not None  # noqa: S101 - asked before
    if not await store.lock_surplus(back.surplus_id):
        raise PaymentNotYetKnownError(str(back.surplus_id))
    if await store.add_return(back):
        await _debit(store, back)
        await _hold_credit(store, back)


async def _return_invoices(store: ReturnStore, back: PaymentReversed) -> None:
    if not await store.is_settled(back.payment_id):
        raise PaymentNotYetKnownError(str(back.payment_id))
    if not await store.add_return(back):
        return
    await _debit(store, back)
    taken = take_back(back.amount_cents, await store.uses(back.payment_id))
    await _take(store, back, back.payment_id, taken)
    if back.consequence is RefundConsequence.CREDIT_NOTE:
        await _credit_note(store, back, sum(use.cents for use in taken if use.invoice_id))


async def _take(store: ReturnStore, about: PaymentReversed | SurplusDecided, source: UUID, taken: list[Use]) -> None:
    """From invoices, each locked in the order of ids, and from the credit."""
    noted = isinstance(about, PaymentReversed) and about.consequence is RefundConsequence.CREDIT_NOTE
    for use in sorted(taken, key=lambda use: use.invoice_id.int if use.invoice_id else 0):
        await store.add_use(source, about.family_id, use.invoice_id, -use.cents, about.movement_id)
        if use.invoice_id:
            owed = await store.unpay(use.invoice_id, use.cents, credited_cents=use.cents if noted else 0)
            await _tell_owed(store, about.family_id, use.invoice_id, owed)


async def _tell_owed(store: ReturnStore, family_id: UUID, invoice_id: UUID, owed: OwedInvoice) -> None:
    """Unless a credit note covers what went back."""
    if not owed.left_cents:
        return
    event = InvoiceOwedAgain(
        invoice_id=invoice_id,
        number=owed.number,
        family_id=family_id,
        due_on=owed.due_on,
        left_cents=owed.left_cents,
    )
    await store.publish(event, sequence=owed.version)


async def _hold_credit(store: ReturnStore, about: PaymentReversed | SurplusDecided) -> None:
    """The uses of a surplus become what its decision and its returns make of it, whatever was told first."""
    surplus_id = about.surplus_id if isinstance(about, PaymentReversed) else about.movement_id
    assert surplus_id is not None  # noqa: S101 - of a surplus
    surplus = await store.surplus_state(surplus_id)
    wanted = surplus.left_cents if surplus.decision == SurplusDecision.CREDITED else 0
    uses = await store.uses(surplus_id)
    held = sum(use.cents for use in uses)
    if wanted > held:
        await store.add_use(surplus_id, about.family_id, None, wanted - held, about.movement_id)
    elif wanted < held:
        await _take(store, about, surplus_id, take_back(held - wanted, uses))


async def _debit(store: ReturnStore, back: PaymentReversed) -> None:
    label = f"{_RETURN_WORDS[back.kind]} – {back.label}"
    kind = "refund" if back.kind is ReversalKind.REFUND else "rejection"
    cents, at = back.amount_cents, back.reversed_at
    await store.move(back.family_id, kind, back.movement_id, label=label, cents=cents, at=at)


async def _credit_note(store: ReturnStore, back: PaymentReversed, cents: int) -> None:
    label = f"Avoir – {back.label}"
    await store.move(back.family_id, "credit_note", back.movement_id, label=label, cents=cents, at=back.reversed_at)
