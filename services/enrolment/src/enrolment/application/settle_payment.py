"""The bank's answer about a payment of an order."""

from uuid import UUID

from contracts.events import PaymentSettled
from contracts.values import PaymentPurpose
from enrolment.application.activate import activate
from enrolment.application.ports import Store
from enrolment.domain.order import (
    AmountMismatchError,
    Order,
    OrderStatus,
    PaymentState,
    SurplusReason,
    UnknownPaymentError,
)


async def settle_payment(store: Store, settled: PaymentSettled, sequence: int) -> None:
    """Keeps an outcome. The first success of an order puts its adhesions in force, even if it was cancelled.

    What a success does not buy is kept as a surplus for the town hall. Outcomes may come often and in any order.
    Raises ``UnknownPaymentError`` and ``AmountMismatchError``, for an operator to look at.
    """
    if settled.purpose is not PaymentPurpose.ADHESION_ORDER:
        return
    order = await _order_of(store, settled.payment_id)
    activity = await store.hold_activity(order.activity_id)
    family, _ = await store.lock_family(order.family_id)
    order = await _order_of(store, settled.payment_id)
    payment = await store.find_payment(settled.payment_id)
    if payment is None or payment.amount_cents != settled.amount_cents:
        raise AmountMismatchError
    after = payment.after(PaymentState(settled.status), settled.reason, sequence)
    if after == payment:
        return
    await store.write_payment(after)
    if after.state is not PaymentState.SUCCEEDED:
        return
    if order.status is OrderStatus.PAID:
        await store.insert_surplus(after, after.amount_cents, SurplusReason.ORDER_ALREADY_PAID, settled.settled_at)
        return
    surplus = await activate(
        store, order, activity, family.quotient_familial, payment_id=after.payment_id, paid_at=settled.settled_at
    )
    if surplus:
        await store.insert_surplus(after, surplus, SurplusReason.ALREADY_ENROLLED, settled.settled_at)


async def _order_of(store: Store, payment_id: UUID) -> Order:
    payment = await store.find_payment(payment_id)
    order = await store.find_order(payment.order_id) if payment else None
    if order is None:
        raise UnknownPaymentError
    return order
