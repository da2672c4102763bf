"""The bank's answers about payments of orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from contracts.events import AdhesionPaymentUnused, PaymentSettled
from contracts.values import PaymentPurpose
from enrolment.application.activate import Activation, activate, activation
from enrolment.application.ports import Store
from enrolment.domain.activity import Activity
from enrolment.domain.order import (
    AmountMismatchError,
    Order,
    OrderStatus,
    Payment,
    PaymentState,
    SurplusReason,
    UnknownPaymentError,
)


@dataclass(frozen=True)
class Outcome:
    """An outcome of a payment; ``cause`` is the trace that led to it."""

    settled: PaymentSettled
    sequence: int
    cause: str | None = None


@dataclass(frozen=True)
class Surplus:
    """Money that buys nothing."""

    payment: Payment
    cents: int
    reason: SurplusReason
    settled: PaymentSettled


async def settle_payments(store: Store, outcomes: Sequence[Outcome]) -> None:
    """Keeps outcomes. The first success of an order puts its adhesions in force, even if it was cancelled.

    What a success does not buy is kept as a surplus for the town hall. Outcomes may come often and in any order.
    Raises ``UnknownPaymentError`` and ``AmountMismatchError``, for an operator to look at.
    """
    ours = [outcome for outcome in outcomes if outcome.settled.purpose is PaymentPurpose.ADHESION_ORDER]
    if not ours:
        return
    settling = await _lock(store, {outcome.settled.payment_id for outcome in ours})
    for outcome in ours:
        settling.settle(outcome)
    if settling.moved:
        await store.write_payments([settling.payments[payment_id] for payment_id in settling.moved])
    await activate(store, settling.activations)
    for surplus in settling.surpluses:
        await _keep(store, surplus)


async def _keep(store: Store, surplus: Surplus) -> None:
    """For the town hall to give back; the family is told."""
    settled = surplus.settled
    await store.insert_surplus(surplus.payment, surplus.cents, surplus.reason, settled.settled_at)
    unused = AdhesionPaymentUnused(
        payment_id=settled.payment_id,
        family_id=settled.family_id,
        label=settled.label,
        amount_cents=surplus.cents,
        settled_at=settled.settled_at,
    )
    await store.publish(unused, sequence=1)


@dataclass
class _Settling:
    """Orders and their payments as the outcomes change them; whatever they depend on is locked."""

    store: Store
    payments: dict[UUID, Payment]
    orders: dict[UUID, Order]
    activities: Mapping[UUID, Activity]
    quotients: Mapping[UUID, int | None]
    enrolled: set[tuple[UUID, UUID, UUID]]
    """Family, activity, member."""
    moved: dict[UUID, None] = field(default_factory=dict)
    activations: list[Activation] = field(default_factory=list)
    surpluses: list[Surplus] = field(default_factory=list)

    def settle(self, outcome: Outcome) -> None:
        settled = outcome.settled
        payment = self.payments[settled.payment_id]
        if payment.amount_cents != settled.amount_cents:
            raise AmountMismatchError
        after = payment.after(PaymentState(settled.status), settled.reason, outcome.sequence)
        if after == payment:
            return
        self.payments[after.payment_id] = after
        self.moved[after.payment_id] = None
        if after.state is not PaymentState.SUCCEEDED:
            return
        order = self.orders[after.order_id]
        if order.status is OrderStatus.PAID:
            self._keep_surplus(after, after.amount_cents, SurplusReason.ORDER_ALREADY_PAID, outcome)
        else:
            self._activate(order, after, outcome)

    def _activate(self, order: Order, payment: Payment, outcome: Outcome) -> None:
        key, paid_at = (order.family_id, order.activity_id), outcome.settled.settled_at
        activated = activation(
            order,
            self.activities[order.activity_id],
            self.quotients[order.family_id],
            {member_id for *others, member_id in self.enrolled if tuple(others) == key},
            payment_id=payment.payment_id,
            paid_at=paid_at,
            day=self.store.local_day(paid_at),
            cause=outcome.cause,
        )
        self.activations.append(activated)
        self.orders[order.order_id] = activated.order
        self.enrolled |= {(*key, adhesion.member_id) for adhesion in activated.adhesions}
        if activated.surplus_cents:
            self._keep_surplus(payment, activated.surplus_cents, SurplusReason.ALREADY_ENROLLED, outcome)

    def _keep_surplus(self, payment: Payment, cents: int, reason: SurplusReason, outcome: Outcome) -> None:
        self.surpluses.append(Surplus(payment, cents, reason, outcome.settled))


async def _lock(store: Store, payment_ids: set[UUID]) -> _Settling:
    """Activities are held before families are locked, as everywhere; then all is read again."""
    orders = (await _read(store, payment_ids))[1].values()
    activities = await store.hold_activities({order.activity_id for order in orders})
    quotients = await store.lock_quotients({order.family_id for order in orders})
    payments, locked = await _read(store, payment_ids)
    return _Settling(store, payments, locked, activities, quotients, await store.enrolled_members(list(quotients)))


async def _read(store: Store, payment_ids: set[UUID]) -> tuple[dict[UUID, Payment], dict[UUID, Order]]:
    payments = {payment.payment_id: payment for payment in await store.find_payments(payment_ids)}
    if payments.keys() < payment_ids:
        raise UnknownPaymentError
    orders = await store.find_orders({payment.order_id for payment in payments.values()})
    return payments, {order.order_id: order for order in orders}
