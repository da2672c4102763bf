"""Somebody of the régie looked whether money arrived that the bank does not confirm.

What did not arrive is undone as a debit that is rejected: it is due again, and the family is told.
"""

from uuid import UUID

from chassis.errors import NotFoundError
from payment_gateway.application.give_back import give_back
from payment_gateway.application.ports import MoneyBack, PaymentStore, Times
from payment_gateway.domain.confirmation import Arrival, ArrivalKnownError
from payment_gateway.domain.judgement import ReversalKind
from payment_gateway.domain.payment import Payment
from payment_gateway.domain.refund import RefundOpenError


async def note_arrival(
    store: PaymentStore, movement_id: UUID, arrival: Arrival, reason: str, *, by: UUID, times: Times
) -> None:
    """Notes it. The same person saying the same again changes nothing.

    Raises ``NotFoundError``, ``ArrivalKnownError`` and, while a refund of it is not over, ``RefundOpenError``.
    """
    payment_id = await store.payment_of_movement(movement_id)
    payment = await store.locked_payment(payment_id) if payment_id else None
    unconfirmed = await store.unconfirmed(movement_id)
    if payment is None or unconfirmed is None:
        raise NotFoundError
    if unconfirmed.decision:
        if (unconfirmed.decision, unconfirmed.decided_by) == (arrival, by):
            return
        raise ArrivalKnownError
    await store.write_arrival(movement_id, arrival, reason, by=by, real_now=times.real_now)
    if arrival is Arrival.NOT_RECEIVED:
        await _undo(store, payment, unconfirmed.transaction_id, unconfirmed.message_id, times)


async def _undo(store: PaymentStore, payment: Payment, transaction_id: str, message_id: UUID, times: Times) -> None:
    """What is left of it; what was given back meanwhile is undone already."""
    taken = await store.taken(payment.payment_id, transaction_id)
    assert taken is not None  # noqa: S101 - a foreign key
    if taken.has_open_refund:
        raise RefundOpenError
    if not taken.left_cents:
        return
    back = MoneyBack(
        taken.attempt_id, transaction_id, transaction_id, ReversalKind.REJECTION, taken.left_cents, message_id
    )
    await give_back(store, payment, back, None, times)
