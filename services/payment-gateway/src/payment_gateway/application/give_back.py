"""The one place where money goes back: whoever says so, it is recorded once, and its refund is done."""

from dataclasses import replace

from payment_gateway.application.end_review import end_decided_review
from payment_gateway.application.ports import MoneyBack, PaymentStore, Times
from payment_gateway.domain.judgement import Decision
from payment_gateway.domain.payment import Payment
from payment_gateway.domain.refund import Refund, RefundStatus, Taken


async def give_back(
    store: PaymentStore, payment: Payment, back: MoneyBack, refund: Refund | None, times: Times
) -> bool:
    """Records it, and ends the refund that asked for it. False when it was known. The payment is locked.

    Without ``refund`` the bank tells by itself: an open refund of that amount is what it speaks of, so that the bank's
    answer to our request and its message about it are one movement.
    """
    taken = await store.taken(payment.payment_id, back.transaction_id)
    if taken is None:
        raise LookupError(f"transaction {back.transaction_id} took nothing that could go back")
    known = await store.known_reversal(taken, back.reversal_id)
    if known and (refund is None or known.refund_id == refund.refund_id):
        return False
    refund = refund or await store.refund_awaiting(back)
    if known and refund and known.refund_id is None:
        await store.link_reversal(known, refund)
    else:
        numbered = _numbered(back, refund, is_taken=known is not None)
        await _record(store, payment, taken, numbered, refund=refund, times=times)
    if refund:
        await store.save_refund(refund.ends(RefundStatus.DONE, times.real_now, sentence=None, code=back.code))
    return True


def _numbered(back: MoneyBack, refund: Refund | None, *, is_taken: bool) -> MoneyBack:
    """A bank may give one number to all refunds of a debit: ours then tells them apart."""
    if refund is None:
        return back
    number = f"{back.reversal_id}/{refund.refund_id}" if is_taken else back.reversal_id
    return replace(back, refund_id=refund.refund_id, reversal_id=number)


async def _record(
    store: PaymentStore, payment: Payment, taken: Taken, back: MoneyBack, *, refund: Refund | None, times: Times
) -> None:
    await store.add_reversal(payment, taken, back, refund.consequence if refund else None, times)
    after = await store.taken(payment.payment_id, back.transaction_id)
    if after and after.decision is Decision.TO_DECIDE and after.left_cents <= 0:
        await store.write_decision(payment, after, Decision.REFUNDED, by=None, times=times)
        await end_decided_review(store, payment, times)
