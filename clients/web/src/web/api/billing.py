"""billing: invoices, their payment, the family's account. Amounts in cents."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from web.api.client import Answer, Api, Page
from web.api.enrolment import Regie

_BASE = "billing/v1"


class RegieSummary(Answer):
    """What waits to be paid to one cash office; ``credit_cents`` of it are the family's already."""

    regie_id: UUID
    regie_name: str
    pending_count: int
    pending_cents: int
    credit_cents: int = 0


class Invoice(Answer):
    """An invoice. ``period`` is the first day of its month.

    ``pay_until``: of what was booked to be paid at once; ``lapsed`` when it was not.
    """

    invoice_id: UUID
    number: str
    family_id: UUID
    family_name: str = ""
    regie: Regie
    period: date
    issued_on: date
    due_on: date | None = None
    amount_cents: int
    paid_cents: int = 0
    credited_cents: int = 0
    status: Literal["pending", "paid"]
    payment_in_progress: UUID | None = None
    pdf_bytes: int
    pay_until: datetime | None = None
    lapsed: bool = False

    @property
    def due_cents(self) -> int:
        """What remains to be paid."""
        return self.amount_cents - self.paid_cents - self.credited_cents


class InvoicePayment(Answer):
    """A payment asked for one or several invoices; without ``payment_id`` the family's credit covered all of it."""

    invoice_payment_id: UUID | None
    payment_id: UUID | None
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
    answer = await api.get(Page[Invoice], f"{_BASE}/invoices", {"status": status, "limit": 100})
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


class RunPreview(Answer):
    """What invoicing a month would issue now. ``ended`` is false while more may be booked in it."""

    ended: bool
    family_count: int
    line_count: int
    total_cents: int
    already_issued_count: int


class InvoicingRun(Answer):
    """A month invoiced. ``period`` is like ``2022-09``; ``automatic`` when the clock asked for it."""

    run_id: UUID
    period: str
    automatic: bool = False
    invoice_count: int
    total_cents: int
    first_number: str | None = None
    last_number: str | None = None
    created_at: datetime

    @property
    def month(self) -> date:
        """The first day of the month."""
        return date.fromisoformat(f"{self.period}-01")


async def commune_invoices(
    api: Api,
    *,
    month: date | None = None,
    status: str | None = None,
    family_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Invoice]:
    """The commune's invoices, for its staff."""
    query = {
        "period": f"{month:%Y-%m}" if month else None,
        "status": status,
        "family_id": str(family_id) if family_id else None,
        "cursor": cursor,
        "limit": limit,
    }
    return await api.get(Page[Invoice], f"{_BASE}/invoices", query)


async def preview_run(api: Api, month: date) -> RunPreview:
    """What invoicing the month would issue now."""
    return await api.get(RunPreview, f"{_BASE}/invoicing-runs/preview", {"period": f"{month:%Y-%m}"})


async def run_invoicing(api: Api, month: date) -> InvoicingRun:
    """Issues the month's invoices. ``ApiProblem`` forbidden to those who may not."""
    return await api.send(InvoicingRun, "POST", f"{_BASE}/invoicing-runs", {"period": f"{month:%Y-%m}"})


async def invoicing_runs(api: Api) -> list[InvoicingRun]:
    """The months invoiced, the latest run first."""
    return await api.get(list[InvoicingRun], f"{_BASE}/invoicing-runs")


class FamilyCredit(Answer):
    """Money at a family's credit. ``surplus_id`` when it came of a surplus that the régie credited."""

    payment_id: UUID
    surplus_id: UUID | None = None
    family_id: UUID
    family_name: str | None = None
    label: str
    cents: int


class _Credits(Answer):
    items: list[FamilyCredit]


async def credits_held(api: Api) -> list[FamilyCredit]:
    """What lies at families' credit, the latest payment first, for the régie."""
    return (await api.get(_Credits, f"{_BASE}/credits")).items
