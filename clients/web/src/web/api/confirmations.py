"""payment-gateway: what its banks announce and do not confirm. For the régie. Amounts in cents."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from web.api.client import Answer, Api

_BASE = "payment-gateway/v1/unconfirmed-money"


class Unconfirmed(Answer):
    """Money that a message told of and that the bank, asked, does not confirm; ``sentence`` says what to do.

    ``left_cents`` is what was not given back; ``settles``: it settled its payment, else it came too much.
    """

    movement_id: UUID
    payment_id: UUID
    family_id: UUID
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
    decision: Literal["received", "not_received"] | None = None
    reason: str | None = None
    decided_at: datetime | None = None
    decided_by: UUID | None = None


class _UnconfirmedList(Answer):
    items: list[Unconfirmed]


async def unconfirmed(api: Api, *, decided: bool = False) -> list[Unconfirmed]:
    """What waits for somebody to look, or what somebody looked at; the latest found first."""
    return (await api.get(_UnconfirmedList, _BASE, {"decided": decided})).items


async def decide(api: Api, movement_id: UUID, decision: str, reason: str) -> None:
    """Notes whether it arrived. ``ApiProblem`` arrival-known, refund-open."""
    await api.command("POST", f"{_BASE}/{movement_id}/decision", {"decision": decision, "reason": reason})
