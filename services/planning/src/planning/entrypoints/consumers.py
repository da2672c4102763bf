"""Events of enrolment that planning keeps, and what billing says of days to be paid at once and of what is owed."""

from collections.abc import Sequence

from chassis.database import Transaction
from chassis.messaging.consumer import Consumer, Received, Together
from contracts.events import (
    ActivityPublished,
    AdhesionPaid,
    EntitlementChanged,
    FamilyRegistered,
    GuardianChanged,
    InvoiceIssued,
    InvoiceLapsed,
    InvoiceOwedAgain,
    InvoiceSettled,
    MemberRegistered,
)
from planning.adapters import guardians
from planning.adapters.commune_calendars import CalendarCache
from planning.adapters.owed_invoices import ToldInvoice, keep_settled, keep_told
from planning.adapters.projections import Projections
from planning.adapters.prompt_payment_store import SqlPromptPaymentStore
from planning.application.payments_at_once import cancel_unpaid


async def keep_family(transaction: Transaction, received: Received[FamilyRegistered]) -> None:
    """A family's name and what it has to hand in, and its guardians' names."""
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


async def keep_paid(transaction: Transaction, events: Sequence[Received[InvoiceSettled]]) -> None:
    """Days that were to be paid at once are, and nothing is owed of the invoices."""
    if paid := [reservation_id for received in events for reservation_id in received.event.reservation_ids]:
        await SqlPromptPaymentStore(transaction, CalendarCache()).keep_paid(paid)
    settled = [
        ToldInvoice(received.event.invoice_id, received.event.family_id, received.sequence, received.event.number)
        for received in events
    ]
    await keep_settled(transaction, settled)


async def keep_issued(transaction: Transaction, events: Sequence[Received[InvoiceIssued]]) -> None:
    """What families have to pay; what is to be paid at once lapses instead of being owed."""
    told = [
        ToldInvoice(
            received.event.invoice_id,
            received.event.family_id,
            received.sequence,
            received.event.number,
            received.event.due_on,
            received.event.amount_cents,
        )
        for received in events
        if received.event.pay_until is None
    ]
    await keep_told(transaction, told)


async def keep_owed_again(transaction: Transaction, received: Received[InvoiceOwedAgain]) -> None:
    """A payment went back."""
    owed = received.event
    told = ToldInvoice(owed.invoice_id, owed.family_id, received.sequence, owed.number, owed.due_on, owed.left_cents)
    await keep_told(transaction, [told])


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
BILLING = Consumer(
    "billing",
    {
        InvoiceIssued: Together(keep_issued),
        InvoiceSettled: Together(keep_paid),
        InvoiceOwedAgain: keep_owed_again,
        InvoiceLapsed: give_up_unpaid,
    },
)
