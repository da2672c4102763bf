"""What was booked to be paid at once: invoiced on the spot, and given up when it is not paid in time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from billing.application.issue_invoices import issue_invoices
from billing.application.ports import InvoicingRun, InvoicingStore, Prompt
from billing.domain.period import Period
from chassis.clock import local_day
from chassis.errors import TransientError
from chassis.ids import new_id
from contracts.event import Event
from contracts.events import InvoiceLapsed, ReservationsCommitted
from contracts.values import ReservationStatus


class FamilyNotYetKnownError(TransientError):
    """The family of a basket is still on its way: an invoice bears its name."""


class PromptChargeStore(InvoicingStore, Protocol):
    """Storage of an invoicing run, and of charges that wait for one of their own."""

    async def prompt_charges(self, basket_id: UUID) -> Sequence[tuple[datetime, date]]:
        """Until when charges of a basket that are not invoiced yet are to be paid, each with its earliest day."""
        ...


async def invoice_at_once(
    store: PromptChargeStore, committed: ReservationsCommitted, issued_at: datetime, time_zone: str
) -> None:
    """Issues an invoice per régie of the days that a basket has to pay at once. Raises ``FamilyNotYetKnownError``."""
    for pay_until, first_day in await store.prompt_charges(committed.basket_id):
        run = InvoicingRun(
            run_id=new_id(),
            period=Period(first_day.replace(day=1)),
            issued_on=local_day(issued_at, time_zone),
            requested_by=None,
            prompt=Prompt(committed.basket_id, pay_until, local_day(pay_until, time_zone)),
        )
        await issue_invoices(store, run)
    if await store.prompt_charges(committed.basket_id):
        raise FamilyNotYetKnownError(str(committed.family_id))


def is_to_pay_at_once(committed: ReservationsCommitted) -> bool:
    """Whether any day of a basket is."""
    return any(each.pay_until and each.status is ReservationStatus.BOOKED for each in committed.reservations)


@dataclass(frozen=True)
class UnpaidInvoice:
    """An invoice that was to be paid at once and was not. ``paid_cents``: of the family's credit, put on it."""

    invoice_id: UUID
    number: str
    family_id: UUID
    amount_cents: int
    paid_cents: int
    credited_cents: int
    pay_until: datetime


class LapseStore(Protocol):
    """Storage, in one transaction."""

    async def lock_unpaid(self, invoice_id: UUID) -> UnpaidInvoice | None:
        """Locks it and what lies on it; None when it is paid, lapsed, or a payment begun in time is under way."""
        ...

    async def release_credit(self, invoice: UnpaidInvoice) -> None:
        """What the family's credit paid of it lies at the family's credit again."""
        ...

    async def give_up(self, invoice: UnpaidInvoice) -> tuple[int, Sequence[UUID]]:
        """A credit note covers all of it, and its days are given back. Returns its version, and its reservations."""
        ...

    async def publish(self, event: Event, *, sequence: int) -> None:
        """Publishes an event if and only if the transaction commits."""
        ...


async def lapse_invoice(store: LapseStore, invoice_id: UUID) -> bool:
    """Cancels an invoice that was not paid in time: nothing is owed, its days are free. False when it is not to be."""
    invoice = await store.lock_unpaid(invoice_id)
    if invoice is None:
        return False
    if invoice.paid_cents:
        await store.release_credit(invoice)
    version, reservation_ids = await store.give_up(invoice)
    lapsed = InvoiceLapsed(
        invoice_id=invoice.invoice_id,
        number=invoice.number,
        family_id=invoice.family_id,
        amount_cents=invoice.amount_cents,
        pay_until=invoice.pay_until,
        reservation_ids=tuple(reservation_ids),
    )
    await store.publish(lapsed, sequence=version)
    return True
