"""Payloads of money that its bank does not confirm. Amounts in cents."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row

from payment_gateway.domain.confirmation import Arrival
from payment_gateway.domain.history import unconfirmed_sentence
from payment_gateway.entrypoints.refund_schemas import Reason


class UnconfirmedMoney(BaseModel):
    """Money that a message told of and that the bank, asked, does not confirm; ``sentence`` says what to do.

    ``reference`` is the attempt's at the bank; ``left_cents`` what was not given back;
    ``settles``: it settled its payment, else it came too much; ``found_at``, ``accepted_at``
    and ``decided_at`` are real instants.
    """

    movement_id: UUID
    payment_id: UUID
    family_id: UUID
    regie_id: UUID
    label: str
    amount_cents: int
    left_cents: int
    settles: bool
    currency: str
    transaction_id: str
    reference: str
    sentence: str
    accepted_at: datetime
    found_at: datetime
    decision: Arrival | None
    reason: str | None
    decided_at: datetime | None
    decided_by: UUID | None

    @classmethod
    def of(cls, row: Row[tuple[object, ...]]) -> "UnconfirmedMoney":
        """Reads a row of ``unconfirmed``."""
        sentence = unconfirmed_sentence(row._mapping["code"])
        return cls.model_validate({**row._mapping, "sentence": sentence})


class UnconfirmedMoneyList(BaseModel):
    """The latest found first, at most 100."""

    items: list[UnconfirmedMoney]


class ArrivalIn(BaseModel):
    """What the régie found out: what has not arrived is due again."""

    model_config = ConfigDict(extra="forbid")

    decision: Arrival
    reason: Reason
