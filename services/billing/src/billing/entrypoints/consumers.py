"""What billing hears."""

from collections.abc import Sequence

from billing.adapters.charges import keep_attendances, keep_reservations
from billing.adapters.ledger import keep_payment_outcomes, record_adhesions
from billing.adapters.payments import SqlPaymentStore
from billing.adapters.projections import keep_activity, keep_family, keep_guardian, keep_member
from billing.adapters.prompt_invoices import SqlPromptChargeStore
from billing.adapters.returns import SqlReturnStore
from billing.application.prompt_invoices import invoice_at_once, is_to_pay_at_once
from billing.application.return_payment import decide_surplus, receive_surplus, return_payment
from billing.application.settle_payment import settle_payment
from chassis.database import Transaction
from chassis.messaging.consumer import Consumer, Received, Together
from chassis.tenants import tenant_of
from contracts.events import (
    ActivityPublished,
    AdhesionPaid,
    AttendanceRecorded,
    FamilyRegistered,
    GuardianChanged,
    MemberRegistered,
    PaymentReversed,
    PaymentSettled,
    ReservationsCommitted,
    SurplusDecided,
    SurplusReceived,
)
from contracts.values import PaymentPurpose


async def charge_reservations(transaction: Transaction, received: Received[ReservationsCommitted]) -> None:
    """A basket was booked or cancelled; what it has to pay at once is invoiced on the spot."""
    at_once = is_to_pay_at_once(received.event)
    store = SqlPromptChargeStore(transaction)
    if at_once:
        await store.lock_charges()  # before it is shared: two who share it could not both go on to have it alone
    await keep_reservations(transaction, received.event)
    if at_once:
        tenant = await tenant_of(transaction)
        await invoice_at_once(store, received.event, transaction.now(), tenant.time_zone)


async def charge_attendances(transaction: Transaction, received: Received[AttendanceRecorded]) -> None:
    """An absence was announced or decided."""
    await keep_attendances(transaction, received.event)


async def settle(transaction: Transaction, events: Sequence[Received[PaymentSettled]]) -> None:
    """Payments ended; those of invoices are allocated."""
    await keep_payment_outcomes(transaction, events)
    for received in events:
        if received.event.purpose is PaymentPurpose.INVOICES:
            await settle_payment(SqlPaymentStore(transaction), received.event, received.sequence)


async def reverse(transaction: Transaction, received: Received[PaymentReversed]) -> None:
    """Money of a payment went back, or did not come."""
    await return_payment(SqlReturnStore(transaction), received.event)


async def surplus(transaction: Transaction, received: Received[SurplusReceived]) -> None:
    """Money came that settles nothing."""
    await receive_surplus(SqlReturnStore(transaction), received.event)


async def decision(transaction: Transaction, received: Received[SurplusDecided]) -> None:
    """The régie decided on it."""
    await decide_surplus(SqlReturnStore(transaction), received.event, received.sequence)


CONSUMERS = [
    Consumer(
        "directory",
        {
            FamilyRegistered: keep_family,
            GuardianChanged: keep_guardian,
            MemberRegistered: keep_member,
            ActivityPublished: keep_activity,
        },
    ),
    Consumer("reservations", {ReservationsCommitted: charge_reservations, AttendanceRecorded: charge_attendances}),
    Consumer("adhesions", {AdhesionPaid: Together(record_adhesions)}),
    Consumer("payments", {PaymentSettled: Together(settle)}),
    Consumer("returns", {PaymentReversed: reverse, SurplusReceived: surplus, SurplusDecided: decision}),
]
