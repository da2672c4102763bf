"""Payloads of money that is in no payment. Amounts in cents."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row

from payment_gateway.domain.history import unplaced_sentence
from payment_gateway.domain.judgement import Verdict
from payment_gateway.entrypoints.refund_schemas import Reason


class UnplacedMoney(BaseModel):
    """What a bank says it took and that is in no payment; ``sentence`` says how. ``received_at`` is a real instant.

    ``payment_id`` is the payment whose address the message came to; ``amount_cents`` None where nothing in it is
    believed. ``reason``, ``dealt_by`` and ``dealt_at`` (real) are the note of who dealt with it.
    """

    message_id: UUID
    received_at: datetime
    sentence: str
    amount_cents: int | None
    transaction_id: str | None
    payment_id: UUID | None
    family_id: UUID | None
    label: str | None
    reason: str | None = None
    dealt_by: UUID | None = None
    dealt_at: datetime | None = None

    @classmethod
    def of(cls, row: Row[tuple[object, ...]]) -> "UnplacedMoney":
        """Reads a row of ``unplaced_money`` or ``dealt_with``."""
        sentence = unplaced_sentence(Verdict(row._mapping["verdict"]))
        return cls.model_validate({**row._mapping, "sentence": sentence})


class UnplacedMoneyList(BaseModel):
    """The latest first, at most 100."""

    items: list[UnplacedMoney]


class DealtWithIn(BaseModel):
    """What somebody found out, or did."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason
