"""Bodies of requests and answers. Money is in cents of euro."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import RowMapping

from billing.domain.period import Period
from billing.domain.words import DIFFERENCES, days_in_figures, line_label
from contracts.values import PaymentStatus, Regie

Month = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
"""``2022-09``."""


class RequestBody(BaseModel):
    """A body that says nothing more than what is asked."""

    model_config = ConfigDict(extra="forbid")


class PendingByRegie(BaseModel):
    """What a family has to pay to one régie; ``credit_cents`` of it lie at its credit there and are deducted first."""

    regie_id: UUID
    regie_name: str
    pending_count: int
    pending_cents: int
    credit_cents: int


class Invoice(BaseModel):
    """An invoice. ``pdf_bytes`` is 0 until its file is made; ``payment_in_progress`` names the pending payment.

    ``credited_cents`` is covered by credit notes. ``pay_until``: of what was booked to be paid at once; ``lapsed``
    when it was not paid by then: nothing is owed and the days are given up.
    """

    invoice_id: UUID
    number: str
    family_id: UUID
    family_name: str
    regie: Regie
    period: date
    issued_on: date
    due_on: date
    amount_cents: int
    paid_cents: int
    credited_cents: int
    status: Literal["pending", "paid"]
    payment_in_progress: UUID | None
    pdf_bytes: int
    pay_until: datetime | None
    lapsed: bool

    @classmethod
    def from_row(cls, row: RowMapping) -> "Invoice":
        """Reads a row of ``list_invoices``."""
        paid = row["paid_cents"] + row["credited_cents"] == row["amount_cents"]
        regie = Regie(regie_id=row["regie_id"], name=row["regie_name"])
        return cls.model_validate({**row, "regie": regie, "status": "paid" if paid else "pending"})


class InvoiceLine(BaseModel):
    """One line; ``detail`` is its days («01, 02, 05, 06/09/2022»), ``quantity`` negative for days given back."""

    member_first_name: str
    label: str
    detail: str
    quantity: int
    unit_price_cents: int
    amount_cents: int

    @classmethod
    def from_row(cls, row: RowMapping) -> "InvoiceLine":
        """Reads a row of ``invoice_lines``."""
        label = line_label(row["element_name"], row["quantity"])
        return cls.model_validate({**row, "label": label, "detail": days_in_figures(row["days"])})


class InvoiceWithLines(Invoice):
    """An invoice and its lines."""

    lines: list[InvoiceLine]


class InvoicePage(BaseModel):
    """Invoices, the latest number first."""

    items: list[Invoice]
    next_cursor: str | None


class InvoiceQuery(BaseModel):
    """Which invoices to list. ``family_id`` is for the town hall; ``cursor`` comes from the page before."""

    status: Literal["pending", "paid"] | None = None
    period: Month | None = None
    family_id: UUID | None = None
    cursor: Annotated[str, Field(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])\.[0-9]{1,9}$")] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 100

    @property
    def after(self) -> tuple[Period, int] | None:
        """Period and sequence of the last invoice seen."""
        if self.cursor is None:
            return None
        month, _, sequence = self.cursor.partition(".")
        return Period.parse(month), int(sequence)


class PaymentOrder(RequestBody):
    """The invoices to pay together; the amounts are the server's."""

    invoice_ids: Annotated[list[UUID], Field(min_length=1, max_length=99)]


class PaymentOrdered(BaseModel):
    """A payment to carry on with payment-gateway under ``payment_id``, of ``count`` invoices.

    ``deducted_cents`` of the family's credit were used first; when they covered everything there is no payment.
    """

    invoice_payment_id: UUID | None
    payment_id: UUID | None
    count: int
    total_cents: int
    deducted_cents: int


class Movement(BaseModel):
    """One movement and the balance after it: what the family owes, negative when it is owed money."""

    date: date
    kind: Literal["invoice", "adhesion", "payment", "credit", "surplus", "refund", "rejection", "credit_note"]
    label: str
    debit_cents: int
    credit_cents: int
    balance_cents: int


class Account(BaseModel):
    """A family's account, the latest movement first; a positive balance is what the family owes."""

    balance_cents: int
    movements: list[Movement]


class FamilyPayment(BaseModel):
    """The outcome of a payment of the family; ``reason`` says in French why it failed."""

    payment_id: UUID
    date: date
    label: str
    amount_cents: int
    status: PaymentStatus
    reason: str | None


class Difference(BaseModel):
    """A family, invoice or payment whose account is not what the rest says; ``sentence`` says in what."""

    kind: str
    family_id: UUID
    about_id: UUID
    sentence: str
    found_cents: int
    expected_cents: int

    @classmethod
    def from_row(cls, row: RowMapping) -> "Difference":
        """Reads a row of ``differences``."""
        return cls.model_validate({**row, "sentence": DIFFERENCES[row["kind"]]})


class FamilyCredit(BaseModel):
    """Money at a family's credit that no invoice used. ``surplus_id`` when it came of a surplus the régie credited."""

    payment_id: UUID
    surplus_id: UUID | None
    family_id: UUID
    family_name: str | None
    label: str
    cents: int


class CreditList(BaseModel):
    """Credits, the latest payment first."""

    items: list[FamilyCredit]


class DifferenceList(BaseModel):
    """Differences; none, unless something is broken."""

    items: list[Difference]


class RunOrder(RequestBody):
    """The month to invoice."""

    period: Month


class InvoicingRunDone(BaseModel):
    """A run and what it issued."""

    run_id: UUID
    period: str
    automatic: bool
    invoice_count: int
    total_cents: int
    first_number: str | None
    last_number: str | None
    created_at: datetime

    @classmethod
    def from_row(cls, row: RowMapping) -> "InvoicingRunDone":
        """Reads a row of ``list_runs``."""
        return cls.model_validate({**row, "period": f"{row['period']:%Y-%m}"})


class RunPreview(BaseModel):
    """What a run would issue now. ``ended`` is false while more may be booked in the month."""

    period: str
    ended: bool
    family_count: int
    line_count: int
    total_cents: int
    already_issued_count: int
