"""billing: invoices, their payment, the family's account. Amounts in cents."""

from datetime import date, datetime
from typing import Generic, Literal, TypeVar
from uuid import UUID

from pydantic import Field

from web.api.client import Answer, Api
from web.api.enrolment import Regie

_BASE = "billing/v1"
Item = TypeVar("Item")


class Items(Answer, Generic[Item]):
    """A list that can grow."""

    items: list[Item]


class RegieSummary(Answer):
    """What waits to be paid to one cash office."""

    regie_id: UUID
    regie_name: str
    pending_count: int
    pending_cents: int


class Invoice(Answer):
    """An invoice. ``period`` is the first day of its month."""

    invoice_id: UUID
    number: str
    regie: Regie
    period: date
    issued_on: date
    due_on: date | None = None
    amount_cents: int
    paid_cents: int = 0
    status: Literal["pending", "paid"]
    payment_in_progress: UUID | None = None
    pdf_bytes: int

    @property
    def due_cents(self) -> int:
        """What remains to be paid."""
        return self.amount_cents - self.paid_cents


class InvoicePayment(Answer):
    """A payment asked for one or several invoices."""

    invoice_payment_id: UUID
    payment_id: UUID
    count: int
    total_cents: int


class Movement(Answer):
    """One line of the family's account."""

    day: date = Field(alias="date")
    kind: str
    label: str
    debit_cents: int = 0
    credit_cents: int = 0
    balance_cents: int


class FamilyAccount(Answer):
    """The family's account with the town."""

    balance_cents: int
    movements: list[Movement]


class PaymentRecord(Answer):
    """One payment of the history."""

    payment_id: UUID
    paid_on: datetime = Field(alias="date")
    label: str
    amount_cents: int
    status: str
    reason: str | None = None


async def summary(api: Api) -> list[RegieSummary]:
    """What waits to be paid, per cash office."""
    return await api.get(list[RegieSummary], f"{_BASE}/summary")


async def invoices(api: Api, status: Literal["pending", "paid"] | None = None) -> list[Invoice]:
    """The family's invoices."""
    answer = await api.get(Items[Invoice], f"{_BASE}/invoices", {"status": status, "limit": 100})
    return answer.items


def pdf_path(invoice_id: UUID) -> str:
    """Where the API keeps an invoice's document."""
    return f"{_BASE}/invoices/{invoice_id}/pdf"


async def pay_invoices(api: Api, invoice_ids: list[UUID]) -> InvoicePayment:
    """Asks for one payment of these invoices. ``ApiProblem`` invoice-already-paid."""
    body = {"invoice_ids": [str(invoice_id) for invoice_id in invoice_ids]}
    return await api.send(InvoicePayment, "POST", f"{_BASE}/invoice-payments", body)


async def account(api: Api) -> FamilyAccount:
    """The family's account."""
    return await api.get(FamilyAccount, f"{_BASE}/account")


async def payments(api: Api) -> list[PaymentRecord]:
    """The family's payments, as the API orders them."""
    return await api.get(list[PaymentRecord], f"{_BASE}/payments")
