"""Payments whose bank page is long closed without a word."""

from datetime import datetime

from payment_gateway.application.ports import PaymentStore
from payment_gateway.domain.outcome import EXPIRED_SENTENCE
from payment_gateway.domain.payment import PaymentStatus

BATCH = 100


async def expire_payments(store: PaymentStore, *, now: datetime, real_now: datetime) -> int:
    """Ends at most 100 payments in progress whose time is over; a success that comes later still wins.

    Returns how many.
    """
    payments = await store.lock_expired(real_now, BATCH)
    for payment in payments:
        expired = payment.move(PaymentStatus.EXPIRED, None, EXPIRED_SENTENCE, now)
        await store.expire_attempts(payment.payment_id)
        await store.save_payment(expired)
        await store.publish_settled(expired, None)
    return len(payments)
