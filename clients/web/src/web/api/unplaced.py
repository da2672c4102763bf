"""payment-gateway: money that banks announce and that is in no payment. For the régie. Amounts in cents."""

from datetime import datetime
from uuid import UUID

from web.api.client import Answer, Api

_BASE = "payment-gateway/v1/unplaced-money"


class Unplaced(Answer):
    """What a bank says it took; ``sentence`` says why it is in no payment. ``reason`` is the note on it."""

    message_id: UUID
    received_at: datetime
    sentence: str
    amount_cents: int | None = None
    transaction_id: str | None = None
    payment_id: UUID | None = None
    label: str | None = None
    reason: str | None = None
    dealt_by: UUID | None = None
    dealt_at: datetime | None = None


class _UnplacedList(Answer):
    items: list[Unplaced]


async def unplaced(api: Api, *, dealt: bool = False) -> list[Unplaced]:
    """Of the last 60 days, the latest first; ``dealt``: what somebody dealt with, whenever it was announced."""
    return (await api.get(_UnplacedList, _BASE, {"dealt": dealt})).items


async def deal_with(api: Api, message_id: UUID, reason: str) -> None:
    """Notes that it is dealt with. ``ApiProblem`` already-dealt-with, 404."""
    await api.command("POST", f"{_BASE}/{message_id}/dealt-with", {"reason": reason})
