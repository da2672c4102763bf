"""Payloads of refunds and decisions. Amounts in cents."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import Row

from contracts.events.payment_gateway import RefundConsequence
from payment_gateway.domain.history import DIFFERENCES
from payment_gateway.domain.judgement import Decision, TransactionOutcome
from payment_gateway.domain.refund import RefundStatus

Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RefundIn(_Body):
    """A refund. ``movement_id`` names the credited surplus to take it from, absent: what settled the payment.

    ``consequence`` must be given for invoices that the payment settled.
    """

    amount_cents: Annotated[int, Field(gt=0, le=9_999_999_999)]
    reason: Reason
    consequence: RefundConsequence | None = None
    movement_id: UUID | None = None


class RefundEndIn(_Body):
    """How a refund made by hand, or looked up at the bank, ended."""

    done: bool


class DecisionIn(_Body):
    """What is made of surplus money."""

    decision: Literal[Decision.CREDITED, Decision.REFUNDED]
    reason: Reason


class Refund(BaseModel):
    """A refund and where it stands; ``sentence`` says why and what to do."""

    refund_id: UUID
    payment_id: UUID
    family_id: UUID
    regie_id: UUID
    label: str
    amount_cents: int
    reason: str
    consequence: RefundConsequence | None
    status: RefundStatus
    sentence: str | None
    requested_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, row: Row[tuple[object, ...]]) -> "Refund":
        """Reads a row of ``refunds``."""
        return cls.model_validate(row, from_attributes=True)


class RefundList(BaseModel):
    """Refunds, newest first."""

    items: list[Refund]


class MoneyTaken(BaseModel):
    """Money the bank took. ``left_cents`` may still be given back.

    ``was_given_back``: a refund that was not paid out after all.
    """

    movement_id: UUID
    outcome: TransactionOutcome
    was_given_back: bool
    decision: Decision | None
    amount_cents: int
    left_cents: int
    currency: str
    accepted_at: datetime


class PaymentMoney(BaseModel):
    """What was taken for a payment and what goes back. ``by_bank``: the bank gives back when asked online."""

    taken: list[MoneyTaken]
    refunds: list[Refund]
    by_bank: bool


class Difference(BaseModel):
    """A payment whose ledger is not what its transactions say; ``sentence`` says in what."""

    payment_id: UUID
    family_id: UUID
    label: str
    kind: str
    sentence: str
    ledger_cents: int
    expected_cents: int

    @classmethod
    def of(cls, row: Row[tuple[object, ...]]) -> "Difference":
        """Reads a row of ``differences``."""
        return cls.model_validate({**row._mapping, "sentence": DIFFERENCES[row._mapping["kind"]]})


class DifferenceList(BaseModel):
    """Differences, newest payment first."""

    items: list[Difference]
