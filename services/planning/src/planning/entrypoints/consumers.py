"""Events of enrolment that planning keeps, and what billing says of days that were to be paid at once."""

from collections.abc import Sequence

from chassis.database import Transaction
from chassis.messaging.consumer import Consumer, Received, Together
from contracts.events import (
    ActivityPublished,
    AdhesionPaid,
    EntitlementChanged,
    FamilyRegistered,
    GuardianChanged,
    InvoiceLapsed,
    InvoiceSettled,
    MemberRegistered,
)
from planning.adapters import guardians
from planning.adapters.commune_calendars import CalendarCache
from planning.adapters.projections import Projections
from planning.adapters.prompt_payment_store import SqlPromptPaymentStore
from planning.application.payments_at_once import cancel_unpaid


async def keep_family(transaction: Transaction, received: Received[FamilyRegistered]) -> None:
    """A family's name, and its guardians'."""
    await Projections(transaction).keep_family(received.event, received.sequence)
    await guardians.keep_listed(transaction, received.event, received.sequence)


async def keep_guardian(transaction: Transaction, received: Received[GuardianChanged]) -> None:
    """A guardian's name."""
    await guardians.keep_changed(transaction, received.event, received.sequence)


async def keep_member(transaction: Transaction, received: Received[MemberRegistered]) -> None:
    """A member and its families."""
    await Projections(transaction).keep_member(received.event, received.sequence)


async def keep_activity(transaction: Transaction, received: Received[ActivityPublished]) -> None:
    """An activity of a season."""
    await Projections(transaction).keep_activity(received.event, received.sequence)


async def keep_entitlements(transaction: Transaction, events: Sequence[Received[AdhesionPaid]]) -> None:
    """Planning opens."""
    await Projections(transaction).keep_entitlements([(received.event, received.sequence) for received in events])


async def keep_price(transaction: Transaction, received: Received[EntitlementChanged]) -> None:
    """A price from a day on."""
    await Projections(transaction).keep_price(received.event, received.sequence)


async def keep_paid(transaction: Transaction, received: Received[InvoiceSettled]) -> None:
    """Days that were to be paid at once are."""
    if received.event.reservation_ids:
        await SqlPromptPaymentStore(transaction, CalendarCache()).keep_paid(received.event.reservation_ids)


async def give_up_unpaid(transaction: Transaction, received: Received[InvoiceLapsed]) -> None:
    """Days that were to be paid at once are not."""
    await cancel_unpaid(SqlPromptPaymentStore(transaction, CalendarCache()), received.event)


ENROLMENT = Consumer(
    "enrolment",
    {
        FamilyRegistered: keep_family,
        GuardianChanged: keep_guardian,
        MemberRegistered: keep_member,
        ActivityPublished: keep_activity,
        AdhesionPaid: Together(keep_entitlements),
        EntitlementChanged: keep_price,
    },
)
BILLING = Consumer("billing", {InvoiceSettled: keep_paid, InvoiceLapsed: give_up_unpaid})
