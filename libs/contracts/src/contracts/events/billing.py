"""Events of billing: invoices."""

from datetime import date, datetime
from uuid import UUID

from contracts.event import Event, event
from contracts.events.payment_request import PaymentRequest
from contracts.values import Cents, Regie


@event("billing.invoice_issued.v1", subject="invoice_id")
class InvoiceIssued(Event):
    """An invoice was numbered and issued. ``period`` is the first day of the month it invoices.

    ``pay_until``: what it invoices was booked to be paid at once; null for the others.
    """

    invoice_id: UUID
    number: str
    family_id: UUID
    regie: Regie
    period: date
    issued_on: date
    due_on: date
    amount_cents: Cents
    pay_until: datetime | None = None


@event("billing.invoice_payment_requested.v1", subject="payment_id")
class InvoicePaymentRequested(PaymentRequest):
    """A family wants to pay one or several invoices."""


@event("billing.invoice_settled.v1", subject="invoice_id")
class InvoiceSettled(Event):
    """Nothing is left to pay on an invoice. ``reservation_ids``: those that were to be paid at once, and are."""

    invoice_id: UUID
    number: str
    family_id: UUID
    paid_cents: Cents
    reservation_ids: tuple[UUID, ...] = ()


@event("billing.invoice_owed_again.v1", subject="invoice_id")
class InvoiceOwedAgain(Event):
    """Money that was on an invoice went back: ``left_cents`` of it are to be paid, again or still."""

    invoice_id: UUID
    number: str
    family_id: UUID
    due_on: date
    left_cents: Cents


@event("billing.invoice_lapsed.v1", subject="invoice_id")
class InvoiceLapsed(Event):
    """An invoice that was to be paid at once was not, and is cancelled: its reservations are to be given up."""

    invoice_id: UUID
    number: str
    family_id: UUID
    amount_cents: Cents
    pay_until: datetime
    reservation_ids: tuple[UUID, ...]


@event("billing.invoice_payment_unused.v1", subject="payment_id")
class InvoicePaymentUnused(Event):
    """``amount_cents`` of a payment that succeeded settle nothing: it was for
    invoices that were paid otherwise meanwhile: the family has it as a credit.

    Told once. ``settled_at`` is the business instant of the success.
    """

    payment_id: UUID
    family_id: UUID
    label: str
    amount_cents: Cents
    settled_at: datetime
