"""Payloads of payment-gateway's API."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Literal, Union
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.values import PaymentPurpose
from payment_gateway.adapters.protocols import PROTOCOLS
from payment_gateway.application.bank_port import ContractTerms
from payment_gateway.domain.judgement import Decision
from payment_gateway.domain.payment import PaymentStatus


class Payment(BaseModel):
    """A payment. ``reason`` is a sentence for the family; ``settled_at`` the business instant of the outcome."""

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


class StaffPayment(Payment):
    """A payment as the town hall sees it.

    ``bank_reference`` is the one on the bank's statements. ``needs_review``: the bank took money that settles nothing.
    """

    family_id: UUID
    bank_reference: str
    reason_code: str | None
    needs_review: bool


class PaymentPage(BaseModel):
    """Payments, newest first; ``next_cursor`` is None on the last page."""

    items: list[StaffPayment]
    next_cursor: UUID | None


class HistoryEntry(BaseModel):
    """One thing that happened. Messages and attempts bear the real instant, the rest the business instant."""

    at: datetime
    kind: Literal["requested", "attempt", "message", "reversal", "refund", "decision", "status"]
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


if TYPE_CHECKING:
    Contract = ContractTerms
else:
    _TERMS = Union[tuple(protocol.terms for protocol in PROTOCOLS.values())]  # noqa: UP007 - not written out
    Contract = Annotated[_TERMS, Field(discriminator="protocol")]
"""A régie's contract, by its protocol; what is written never holds its secrets."""
