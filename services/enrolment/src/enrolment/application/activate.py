"""Puts the adhesions of an order in force."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from contracts.events import AdhesionPaid
from enrolment.application.ports import Store
from enrolment.domain.activity import Activity
from enrolment.domain.adhesion import Adhesion, Price
from enrolment.domain.eligibility import AdhesionStatus
from enrolment.domain.order import Order, OrderLine, OrderStatus
from enrolment.domain.pricing import unit_price


async def activate(
    store: Store,
    order: Order,
    activity: Activity,
    quotient_familial: int | None,
    *,
    payment_id: UUID | None,
    paid_at: datetime,
) -> int:
    """Puts in force every line whose member is not enrolled yet, and publishes them. The order becomes paid.

    Gives the cents of the lines left out, which buy nothing. The family is locked and the activity held.
    """
    statuses = await store.adhesion_statuses(order.family_id, order.activity_id)
    enrolled = {member_id for member_id, status in statuses.items() if status is AdhesionStatus.ACTIVE}
    left_out = [line for line in order.lines if line.member_id in enrolled]
    day = store.local_day(paid_at)
    price = Price(unit_price(activity.tariff.unit, quotient_familial), activity.tariff.label)
    adhesions = [
        _in_force(order, line, activity, price, activity.validity_from(day))
        for line in order.lines
        if line.member_id not in enrolled
    ]
    lines = tuple(replace(line, status=AdhesionStatus.CANCELLED) for line in left_out)
    paid = replace(order, status=OrderStatus.PAID, payment_id=payment_id, lines=lines)
    await store.write_order(paid, paid_at=paid_at)
    await store.activate(adhesions, paid_at, priced_from=day)
    for adhesion in adhesions:
        await _publish(store, adhesion, activity, payment_id)
    return sum(line.amount_cents for line in left_out)


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


async def _publish(store: Store, adhesion: Adhesion, activity: Activity, payment_id: UUID | None) -> None:
    await store.publish(
        AdhesionPaid(
            adhesion_id=adhesion.adhesion_id,
            family_id=adhesion.family_id,
            member_id=adhesion.member_id,
            activity_id=adhesion.activity_id,
            regie_id=activity.regie.regie_id,
            payment_id=payment_id,
            amount_cents=adhesion.amount_cents,
            unit_price_cents=adhesion.price.unit_cents,
            tariff_label=adhesion.price.label,
            valid_from=adhesion.valid_from,
            valid_until=adhesion.valid_until,
        ),
        sequence=1,
    )
