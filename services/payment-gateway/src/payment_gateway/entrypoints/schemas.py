"""Payloads of payment-gateway's API."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Literal, Union
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.values import PaymentPurpose
from payment_gateway.adapters.protocols import PROTOCOLS
from payment_gateway.application.bank_port import ContractTerms
from payment_gateway.domain.judgement import Decision
from payment_gateway.domain.payment import Mode, PaymentStatus
from payment_gateway.domain.reconciliation import Finding


class Payment(BaseModel):
    """A payment. ``reason`` is a sentence for the family; ``settled_at`` the business instant of the outcome.

    ``returned_cents``: how much of it went back, or did not come after all.
    """

    payment_id: UUID
    status: PaymentStatus
    amount_cents: int
    label: str
    purpose: PaymentPurpose
    reference_id: UUID
    regie_id: UUID
    reason: str | None
    created_at: datetime
    settled_at: datetime | None
    attempts: int
    returned_cents: int


class StaffPayment(Payment):
    """A payment as the town hall sees it.

    ``bank_reference`` is the one on the bank's statements. ``needs_review``: the bank took money that settles nothing.
    """

    family_id: UUID
    bank_reference: str
    reason_code: str | None
    needs_review: bool


class PaymentFilter(BaseModel):
    """What payments are looked up by. ``search`` is a reference or a bank's number, whole; ``day`` one on which the
    payment was asked for or settled, on the commune's clocks; ``family_id`` may be given several times.
    """

    status: PaymentStatus | None = None
    family_id: Annotated[list[UUID], Field(max_length=100)] = []
    regie_id: UUID | None = None
    search: Annotated[str, Field(max_length=100)] = ""
    amount_cents: Annotated[int | None, Field(ge=0, le=9_999_999_999)] = None
    day: Annotated[date | None, Field(ge=date(2000, 1, 1), le=date(2099, 12, 30))] = None
    cursor: UUID | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class Receipt(BaseModel):
    """Proof of a payment, for who paid. ``paid_at`` is the business instant; a test moves no money.

    ``returned_cents``: how much of it went back, or did not come after all.
    """

    payment_id: UUID
    label: str
    amount_cents: int
    paid_at: datetime
    regie_name: str
    reference: str
    transaction_id: str
    mode: Mode
    returned_cents: int


class PaymentPage(BaseModel):
    """Payments, newest first; ``next_cursor`` is None on the last page."""

    items: list[StaffPayment]
    next_cursor: UUID | None


class HistoryEntry(BaseModel):
    """One thing that happened. Messages and attempts bear the real instant, the rest the business instant."""

    at: datetime
    kind: Literal["requested", "attempt", "question", "message", "reversal", "refund", "decision", "status"]
    sentence: str


class StartIn(BaseModel):
    """How a family leaves for the bank. ``confirmed``: although another attempt may still succeed."""

    model_config = ConfigDict(extra="forbid")

    confirmed: bool = False


class Surplus(BaseModel):
    """Money the bank took that settles nothing. ``sentence`` says why; amounts in cents, ``currency`` ISO 4217."""

    movement_id: UUID
    payment_id: UUID
    family_id: UUID
    regie_id: UUID
    label: str
    amount_cents: int
    currency: str
    due_cents: int
    transaction_id: str
    reason: str
    sentence: str
    decision: Decision
    received_at: datetime


class SurplusPage(BaseModel):
    """Surpluses, newest first; ``next_cursor`` is None on the last page."""

    items: list[Surplus]
    next_cursor: UUID | None


FormField = Annotated[list[str], Field(min_length=2, max_length=2)]
"""Name and value."""


class StartedAttempt(BaseModel):
    """The form that sends the browser to the bank, fields in the signed order."""

    attempt_id: UUID
    action: str
    method: Literal["GET", "POST"]
    fields: list[FormField]


class ContractChecked(BaseModel):
    """Whether the bank knows the contract, in words."""

    works: bool
    sentence: str


class ContractField(BaseModel):
    """A field of a contract, for a form. ``default`` fills it; ``longest`` counts characters."""

    name: str
    label: str
    hint: str
    kind: Literal["text", "long_text", "secret", "tick"]
    required: bool
    default: str | bool | None
    longest: int


class ProtocolForm(BaseModel):
    """A bank's protocol, and what its contract says. ``at_the_bank`` are sentences on what to set at the bank."""

    protocol: str
    title: str
    fields: list[ContractField]
    at_the_bank: list[str]


class ContractState(BaseModel):
    """Since when a contract is in force, and when each of its secrets was given: business instants."""

    protocol: str
    title: str
    mode: Mode
    shop_name: str
    opened_at: datetime
    secrets: dict[str, datetime]


class BankAccountDay(BaseModel):
    """A day's totals of one contract, in cents. ``returned_cents`` is zero or negative; ``net_cents`` is both.

    What came in another currency is counted and in no total. ``undecided_count``: money that settles nothing yet.
    """

    regie_id: UUID
    protocol: str
    protocol_title: str
    site: str
    mode: Mode
    shop_name: str
    taken_count: int
    taken_cents: int
    returned_count: int
    returned_cents: int
    net_cents: int
    undecided_count: int
    other_currency_count: int


class BankDay(BaseModel):
    """A day as the commune's clocks cut it, and the nearest days on which something moved."""

    day: date
    previous_day: date | None
    next_day: date | None
    accounts: list[BankAccountDay]


class BankMovement(BaseModel):
    """Money that moved at a bank. ``happened_at`` is the bank's own instant; what goes back is negative, in cents.

    ``transaction_id``, ``call_number`` and ``bank_number`` are the bank's, ``reference`` the one we gave it.
    """

    movement_id: UUID
    happened_at: datetime
    kind: str
    sentence: str
    regie_id: UUID
    protocol: str
    site: str
    mode: Mode
    payment_id: UUID
    family_id: UUID
    label: str
    reference: str
    transaction_id: str
    call_number: str | None
    bank_number: str | None
    authorisation: str | None
    amount_cents: int
    currency: str


class BankMovementPage(BaseModel):
    """Movements in the order in which they became known; ``next_cursor`` is None on the last page."""

    items: list[BankMovement]
    next_cursor: UUID | None


class BankFile(BaseModel):
    """A bank's file that was sent. Amounts in cents."""

    file_id: UUID
    regie_id: UUID
    file_name: str
    first_day: date
    last_day: date
    line_count: int
    total_cents: int
    sent_at: datetime


class Difference(BaseModel):
    """A payment on which file and portal differ. ``sentence`` says what it means and what to do; amounts in cents."""

    finding: Finding
    sentence: str
    reference: str
    line_number: int | None
    file_day: date | None
    file_cents: int | None
    payment_id: UUID | None
    label: str | None
    taken_cents: int | None
    taken_day: date | None


class BankFileReport(BankFile):
    """A file compared with what is known now: how many payments by finding, and each that differs (1,000 at most)."""

    counts: dict[Finding, int]
    matched_cents: int
    differences: list[Difference]


if TYPE_CHECKING:
    Contract = ContractTerms
else:
    _TERMS = Union[tuple(protocol.terms for protocol in PROTOCOLS.values())]  # noqa: UP007 - not written out
    Contract = Annotated[_TERMS, Field(discriminator="protocol")]
"""A régie's contract, by its protocol; what is written never holds its secrets."""
