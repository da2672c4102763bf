"""Puts the adhesions of paid orders in force."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from chassis.outbox import Outgoing
from contracts.events import AdhesionPaid
from enrolment.application.ports import Store
from enrolment.application.published_prices import published_prices
from enrolment.domain.activity import Activity
from enrolment.domain.adhesion import Adhesion, Price
from enrolment.domain.eligibility import AdhesionStatus
from enrolment.domain.order import Order, OrderLine, OrderStatus


@dataclass(frozen=True)
class Activation:
    """What paying an order does. ``surplus_cents`` is the fee of the lines left out, which buy nothing.

    ``cause`` is the trace of the event that led to it.
    """

    order: Order
    activity: Activity
    adhesions: tuple[Adhesion, ...]
    surplus_cents: int
    paid_at: datetime
    priced_from: date
    cause: str | None = None


def activation(
    order: Order,
    activity: Activity,
    quotient_familial: int | None,
    enrolled: Set[UUID],
    *,
    payment_id: UUID | None,
    paid_at: datetime,
    day: date,
    cause: str | None = None,
) -> Activation:
    """Every line whose member is not enrolled yet comes in force; ``day`` is that of ``paid_at`` in the commune."""
    left_out = tuple(line for line in order.lines if line.member_id in enrolled)
    price = Price.of(activity.tariff, activity.slots, quotient_familial)
    adhesions = tuple(
        _in_force(order, line, activity, price, activity.validity_from(day))
        for line in order.lines
        if line.member_id not in enrolled
    )
    lines = tuple(replace(line, status=AdhesionStatus.CANCELLED) for line in left_out)
    paid = replace(order, status=OrderStatus.PAID, payment_id=payment_id, lines=lines)
    surplus_cents = sum(line.amount_cents for line in left_out)
    return Activation(paid, activity, adhesions, surplus_cents, paid_at, day, cause)


async def activate(store: Store, activations: Sequence[Activation]) -> None:
    """Writes and publishes. The families are locked and the activities held."""
    if not activations:
        return
    await store.write_orders([(each.order, each.paid_at) for each in activations])
    in_force = [(adhesion, each.paid_at, each.priced_from) for each in activations for adhesion in each.adhesions]
    if in_force:
        await store.activate(in_force)
    await store.publish_all(
        [Outgoing(_paid(adhesion, each), 1, each.cause) for each in activations for adhesion in each.adhesions]
    )


def _in_force(order: Order, line: OrderLine, activity: Activity, price: Price, valid_from: date) -> Adhesion:
    return Adhesion(
        adhesion_id=line.adhesion_id,
        family_id=order.family_id,
        member_id=line.member_id,
        activity_id=activity.activity_id,
        amount_cents=line.amount_cents,
        valid_from=valid_from,
        valid_until=activity.closes_on,
        price=price,
    )


def _paid(adhesion: Adhesion, activation: Activation) -> AdhesionPaid:
    return AdhesionPaid(
        adhesion_id=adhesion.adhesion_id,
        family_id=adhesion.family_id,
        member_id=adhesion.member_id,
        activity_id=adhesion.activity_id,
        regie_id=activation.activity.regie.regie_id,
        payment_id=activation.order.payment_id,
        amount_cents=adhesion.amount_cents,
        unit_price_cents=adhesion.price.unit_cents,
        tariff_label=adhesion.price.label,
        valid_from=adhesion.valid_from,
        valid_until=adhesion.valid_until,
        slot_prices=published_prices(adhesion.price),
    )
