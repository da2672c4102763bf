"""A parent gives an order up."""

from dataclasses import replace
from uuid import UUID

from chassis.errors import NotFoundError
from enrolment.application.ports import Store
from enrolment.domain.eligibility import AdhesionStatus
from enrolment.domain.order import Order, OrderPaidError, OrderStatus


async def cancel_order(store: Store, family_id: UUID, order_id: UUID) -> None:
    """Cancels; again is the same. Raises ``NotFoundError`` and ``OrderPaidError``."""
    await store.lock_family(family_id)
    order = await store.find_order(order_id)
    if order is None or order.family_id != family_id:
        raise NotFoundError
    if order.status is OrderStatus.PAID:
        raise OrderPaidError
    await store.write_order(cancelled(order))


def cancelled(order: Order) -> Order:
    """The order given up. Its payments stay known: one that succeeds late still counts."""
    lines = tuple(replace(line, status=AdhesionStatus.CANCELLED) for line in order.lines)
    return replace(order, status=OrderStatus.CANCELLED, lines=lines)
