"""Somebody of the régie gives money back, notes how a refund ended, or decides on surplus money.

A refund is only written down here. A job speaks to the bank once this is committed, with no transaction open.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.errors import NotFoundError
from chassis.ids import new_id
from contracts.events.payment_gateway import RefundConsequence
from contracts.values import EURO, PaymentPurpose
from payment_gateway.application.bank_port import Protocols
from payment_gateway.application.choose_terms import terms_to_speak
from payment_gateway.application.end_review import end_decided_review
from payment_gateway.application.give_back import give_back
from payment_gateway.application.ports import MoneyBack, PaymentStore, Times
from payment_gateway.domain.judgement import Decision, ReversalKind
from payment_gateway.domain.payment import Payment
from payment_gateway.domain.refund import (
    BY_HAND,
    NOT_BY_CARD,
    NOT_DONE,
    ConsequenceMissingError,
    NothingTakenError,
    Refund,
    RefundOverError,
    RefundStatus,
    SurplusDecidedError,
    SurplusUndecidedError,
    Taken,
)


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for. ``movement_id`` is the surplus it is taken from, None for what settled the payment."""

    amount_cents: int
    reason: str
    consequence: RefundConsequence | None = None
    movement_id: UUID | None = None


async def request_refund(
    store: PaymentStore, protocols: Protocols, payment_id: UUID, wanted: Wanted, *, by: UUID, real_now: datetime
) -> Refund:
    """Writes a refund down. Never more is asked for than was taken and not given back.

    Raises ``NotFoundError``, ``NothingTakenError``, ``SurplusUndecidedError``, ``ConsequenceMissingError``,
    ``RefundTooLargeError``.
    """
    payment = await _locked(store, payment_id)
    taken = next((t for t in await store.all_taken(payment_id) if t.surplus_id == wanted.movement_id), None)
    if taken is None:
        raise NothingTakenError
    if taken.decision is Decision.TO_DECIDE:
        raise SurplusUndecidedError
    if taken.settles and payment.purpose is PaymentPurpose.INVOICES and wanted.consequence is None:
        raise ConsequenceMissingError
    return await _write(store, protocols, taken, wanted, by=by, real_now=real_now)


async def decide_surplus(
    store: PaymentStore,
    protocols: Protocols,
    movement_id: UUID,
    decision: Decision,
    reason: str,
    *,
    by: UUID,
    times: Times,
) -> None:
    """Money that settles nothing goes to the family's account, or back where it came from: what is left of it, whole.

    The last decision on a payment under review ends it.
    Raises ``NotFoundError``, ``SurplusDecidedError``, ``ForeignMoneyError``, ``RefundTooLargeError``.
    """
    payment_id = await store.payment_of_movement(movement_id)
    payment = await _locked(store, payment_id) if payment_id else None
    if payment is None:
        raise NotFoundError
    taken = next((t for t in await store.all_taken(payment.payment_id) if t.movement_id == movement_id), None)
    if taken is None or taken.settles:
        raise NotFoundError
    if taken.decision is not Decision.TO_DECIDE:
        raise SurplusDecidedError
    if decision is Decision.CREDITED:
        taken.check_credit()
    else:
        taken.check_refund(max(taken.left_cents, 1))
        wanted = Wanted(taken.left_cents, reason, movement_id=movement_id)
        await _write(store, protocols, taken, wanted, by=by, real_now=times.real_now)
    await store.write_decision(payment, taken, decision, by=by, times=times)
    await end_decided_review(store, payment, times)


async def end_refund(store: PaymentStore, refund_id: UUID, *, is_done: bool, by: UUID, times: Times) -> None:
    """Somebody looked, or made the transfer: the refund is done, or nothing was given back.

    Saying the same again changes nothing. Raises ``NotFoundError`` and ``RefundOverError``.
    """
    known = await store.refund(refund_id)
    payment = await _locked(store, known.payment_id) if known else None
    refund = await store.refund(refund_id)
    if refund is None or payment is None:
        raise NotFoundError
    ending = RefundStatus.DONE if is_done else RefundStatus.REFUSED
    if refund.status is ending and refund.ended_by is not None:
        return
    if not refund.status.waits_for_a_person:
        raise RefundOverError
    if is_done:
        back = MoneyBack(
            refund.attempt_id, refund.transaction_id, str(refund_id), ReversalKind.REFUND, refund.amount_cents
        )
        await give_back(store, payment, back, refund, times)
        done = await store.refund(refund_id)
        assert done is not None  # noqa: S101 - just written
        await store.save_refund(done.ends(ending, times.real_now, sentence=None, code=None, by=by))
    else:
        await refuse(store, payment, refund.ends(ending, times.real_now, sentence=NOT_DONE, code=None, by=by), times)


async def refuse(store: PaymentStore, payment: Payment, refused: Refund, times: Times) -> None:
    """Keeps that nothing was given back; surplus money waits for a decision again. The payment is locked."""
    await store.save_refund(refused)
    taken = await store.taken(refused.payment_id, refused.transaction_id)
    if taken and taken.decision is Decision.REFUNDED and taken.left_cents:
        await store.write_decision(payment, taken, Decision.TO_DECIDE, by=None, times=times)


async def _locked(store: PaymentStore, payment_id: UUID) -> Payment:
    payment = await store.locked_payment(payment_id)
    if payment is None:
        raise NotFoundError
    return payment


async def _write(
    store: PaymentStore, protocols: Protocols, taken: Taken, wanted: Wanted, *, by: UUID, real_now: datetime
) -> Refund:
    taken.check_refund(wanted.amount_cents)
    attempt = await store.attempt(taken.attempt_id)
    assert attempt is not None  # noqa: S101 - a foreign key
    can_refund = protocols[attempt.contract.protocol].can_refund
    by_bank = taken.currency == EURO and not taken.was_given_back and can_refund(terms_to_speak(attempt, can_refund))
    by_hand = NOT_BY_CARD if taken.was_given_back else BY_HAND
    refund = Refund(
        refund_id=new_id(),
        payment_id=taken.payment_id,
        attempt_id=taken.attempt_id,
        protocol=taken.protocol,
        site=taken.site,
        transaction_id=taken.transaction_id,
        amount_cents=wanted.amount_cents,
        reason=wanted.reason,
        consequence=wanted.consequence,
        status=RefundStatus.IN_PROGRESS if by_bank else RefundStatus.BY_HAND,
        sentence=None if by_bank else by_hand,
        requested_by=by,
        requested_at=real_now,
        next_try_at=real_now if by_bank else None,
    )
    await store.add_refund(refund)
    return refund
