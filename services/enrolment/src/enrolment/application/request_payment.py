"""A parent wants to pay an order."""

from dataclasses import replace
from uuid import UUID

from chassis.errors import NotFoundError
from chassis.ids import new_id
from contracts.events import AdhesionPaymentRequested
from contracts.values import Payer, PaymentPurpose, PostalAddress
from enrolment.application.activate import activate, activation
from enrolment.application.ports import Store
from enrolment.domain.activity import Activity
from enrolment.domain.eligibility import AdhesionStatus, NotEligibleError, require_eligible
from enrolment.domain.family import Family
from enrolment.domain.order import EmailMissingError, Order, OrderCancelledError, OrderStatus, Payment


async def request_payment(store: Store, family_id: UUID, order_id: UUID, guardian_id: UUID | None) -> None:
    """Makes sure the order has a payment that can be made, and asks for it once; a free order is in force at once.

    Nothing changes while a payment is open (a second tab, a reload) or once the order is paid. The payer is the
    guardian who asks. Raises ``NotFoundError``, ``OrderCancelledError``, ``EmailMissingError`` and the refusals of
    eligibility.
    """
    order = await _own_order(store, family_id, order_id)
    activity = await store.hold_activity(order.activity_id)
    family, _ = await store.lock_family(family_id)
    order = await _own_order(store, family_id, order_id)
    if order.status is OrderStatus.CANCELLED:
        raise OrderCancelledError
    current = await store.find_payment(order.payment_id) if order.payment_id else None
    if order.status is OrderStatus.PAID or (current and not current.is_over):
        return
    await _require_still_eligible(store, order, activity, family)
    if order.total_cents == 0:
        await _enrol_for_free(store, order, activity, family)
        return
    await _draw_payment(store, order, activity, family, _payer(family, guardian_id))


async def _enrol_for_free(store: Store, order: Order, activity: Activity, family: Family) -> None:
    statuses = await store.adhesion_statuses(order.family_id, order.activity_id)
    enrolled = {member_id for member_id, status in statuses.items() if status is AdhesionStatus.ACTIVE}
    now, quotient = store.now(), family.quotient_familial
    day = store.local_day(now)
    await activate(store, [activation(order, activity, quotient, enrolled, payment_id=None, paid_at=now, day=day)])


async def _own_order(store: Store, family_id: UUID, order_id: UUID) -> Order:
    order = await store.find_order(order_id)
    if order is None or order.family_id != family_id:
        raise NotFoundError
    return order


async def _require_still_eligible(store: Store, order: Order, activity: Activity, family: Family) -> None:
    """Much may have changed since the order: the season, the family, an adhesion by another order."""
    members = [member for member in family.members if member.member_id in order.member_ids]
    if len(members) < len(order.lines):
        raise NotEligibleError("Une personne de cette commande ne fait plus partie de votre dossier. Annulez-la.")
    statuses = await store.adhesion_statuses(order.family_id, order.activity_id)
    others = {member_id: status for member_id, status in statuses.items() if status is AdhesionStatus.ACTIVE}
    require_eligible(activity, members, others, store.local_day(store.now()))


def _payer(family: Family, guardian_id: UUID | None) -> Payer:
    own = [guardian for guardian in family.guardians if guardian.guardian_id == guardian_id]
    guardian = next(iter(own or family.guardians), None)
    if guardian is None or guardian.email is None:
        raise EmailMissingError
    address = family.address
    return Payer(
        first_name=guardian.first_name,
        last_name=guardian.last_name,
        email=guardian.email,
        address=PostalAddress(line=address.line, postal_code=address.postal_code, city=address.city),
    )


async def _draw_payment(store: Store, order: Order, activity: Activity, family: Family, payer: Payer) -> None:
    payment = Payment(new_id(), order.order_id, order.total_cents)
    lines = tuple(replace(line, status=AdhesionStatus.AWAITING_PAYMENT) for line in order.lines)
    await store.write_payments([payment])
    await store.write_order(
        replace(order, status=OrderStatus.AWAITING_PAYMENT, payment_id=payment.payment_id, lines=lines)
    )
    await store.publish(
        AdhesionPaymentRequested(
            payment_id=payment.payment_id,
            purpose=PaymentPurpose.ADHESION_ORDER,
            reference_id=order.order_id,
            regie_id=activity.regie.regie_id,
            family_id=family.family_id,
            amount_cents=payment.amount_cents,
            label=activity.name,
            article_count=len(order.lines),
            payer=payer,
        ),
        sequence=1,
    )
