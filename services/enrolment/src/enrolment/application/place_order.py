"""A parent orders adhesions to an activity."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from chassis.errors import NotFoundError
from chassis.ids import new_id
from enrolment.application.cancel_order import cancelled
from enrolment.application.ports import Store
from enrolment.domain.activity import Activity
from enrolment.domain.eligibility import require_eligible
from enrolment.domain.order import Order, OrderLine, OrderStatus


async def place_order(store: Store, family_id: UUID, activity_id: UUID, member_ids: Sequence[UUID]) -> UUID:
    """Gives the id of the family's open order for exactly these members, or of a new draft.

    A draft takes the fee of today, and replaces other drafts that name one of its members. Raises ``NotFoundError``
    and the refusals of eligibility.
    """
    activity = await store.hold_activity(activity_id)
    family, _ = await store.lock_family(family_id)
    members = {member.member_id: member for member in family.members}
    if not members.keys() >= set(member_ids):
        raise NotFoundError
    open_orders = await store.open_orders(family_id, activity_id)
    same = next((order for order in open_orders if order.member_ids == set(member_ids)), None)
    if same and same.status is OrderStatus.AWAITING_PAYMENT:
        return same.order_id
    statuses = await store.adhesion_statuses(family_id, activity_id)
    today = store.local_day(store.now())
    require_eligible(activity, [members[member_id] for member_id in member_ids], statuses, today)
    if same:
        await store.write_order(_at_fee_of(activity, same))
        return same.order_id
    for order in open_orders:
        if order.status is OrderStatus.DRAFT and order.member_ids & set(member_ids):
            await store.write_order(cancelled(order))
    return await _insert(store, family_id, activity, member_ids)


def _at_fee_of(activity: Activity, order: Order) -> Order:
    fee = activity.tariff.adhesion_fee_cents
    return replace(order, lines=tuple(replace(line, amount_cents=fee) for line in order.lines))


async def _insert(store: Store, family_id: UUID, activity: Activity, member_ids: Sequence[UUID]) -> UUID:
    order = Order(
        order_id=new_id(),
        family_id=family_id,
        activity_id=activity.activity_id,
        status=OrderStatus.DRAFT,
        lines=tuple(OrderLine(new_id(), member_id, activity.tariff.adhesion_fee_cents) for member_id in member_ids),
        payment_id=None,
        created_at=store.now(),
    )
    await store.insert_order(order)
    return order.order_id
