"""A payment under review ends, so that what it was for can be paid otherwise: the one step down of a status.

It ends by itself with the last decision on what the bank took. Where the bank took nothing there is nothing to decide:
somebody of the régie says so.
"""

from collections.abc import Sequence
from uuid import UUID

from chassis.errors import NotFoundError
from contracts.events.payment_gateway import REVIEWED
from payment_gateway.application.ports import PaymentStore, Times
from payment_gateway.domain.judgement import Decision
from payment_gateway.domain.payment import Payment, PaymentStatus
from payment_gateway.domain.refund import SurplusUndecidedError, Taken
from payment_gateway.domain.review import review_sentence


async def end_decided_review(store: PaymentStore, payment: Payment, times: Times) -> None:
    """Ends it once all that the bank took is decided on. The payment is locked."""
    if payment.status is not PaymentStatus.TO_REVIEW:
        return
    taken = await store.all_taken(payment.payment_id)
    if not _is_undecided(taken):
        await _end(store, payment, taken, times)


async def end_empty_review(store: PaymentStore, payment_id: UUID, times: Times) -> None:
    """Somebody looked at the bank's site, which took nothing. Saying so again changes nothing.

    Raises ``NotFoundError``, ``ReviewOverError`` and, where money waits for a decision, ``SurplusUndecidedError``.
    """
    payment = await store.locked_payment(payment_id)
    if payment is None:
        raise NotFoundError
    if payment.status is PaymentStatus.CANCELLED and payment.reason_code == REVIEWED:
        return
    taken = await store.all_taken(payment_id)
    if _is_undecided(taken):
        raise SurplusUndecidedError
    await _end(store, payment, taken, times)


def _is_undecided(taken: Sequence[Taken]) -> bool:
    return any(one.decision is Decision.TO_DECIDE for one in taken)


async def _end(store: PaymentStore, payment: Payment, taken: Sequence[Taken], times: Times) -> None:
    decisions = {one.decision for one in taken if one.decision and one.amount_cents}
    ended = payment.end_review(review_sentence(decisions), times.now)
    await store.save_payment(ended)
    await store.publish_settled(ended, None)
