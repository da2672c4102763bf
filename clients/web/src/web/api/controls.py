"""What the services found when they compared their books, and the messages they could not handle."""

import asyncio
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from web.api.client import Answer, Api

OWNERS = ("planning", "payment-gateway")
"""Services that state what they hold."""
READERS = ("billing", "enrolment")
"""Services that compare."""
SERVICES = ("identity", "enrolment", "planning", "billing", "payment-gateway", "communication")

_SHOWN = 50


class Check(Answer):
    """The last statement of an owner that was compared whole, and how many things it named."""

    source: str
    stated_at: datetime
    checked_at: datetime
    compared: int


class Difference(Answer):
    """A difference in words; ``advice`` is what a person does about it."""

    difference_id: UUID
    kind: str
    subject_id: UUID
    family_id: UUID
    sentence: str
    advice: str | None = None
    expected: dict[str, Any] | None = None
    found: dict[str, Any] | None = None
    found_at: datetime
    mended_at: datetime | None = None


class Reconciliation(Answer):
    """A reader's differences, the last found first, and its last checks."""

    checks: list[Check]
    items: list[Difference]
    next_cursor: UUID | None = None


class DeadLetter(Answer):
    """A message that a service could not handle; it waits for the operator."""

    message_id: UUID
    queue: str
    type: str
    subject: UUID | None = None
    reason: str
    buried_at: datetime


class _DeadLetters(Answer):
    items: list[DeadLetter]


class _Asked(Answer):
    asked_at: datetime


async def reconciliation(api: Api, reader: str, state: Literal["open", "mended"]) -> Reconciliation:
    """What a reader found, still open or mended. ``ApiProblem`` forbidden to those who do not keep the books."""
    return await api.get(Reconciliation, f"{reader}/v1/reconciliation", {"state": state, "limit": _SHOWN})


async def ask_statements(api: Api) -> dict[str, datetime]:
    """Has every owner state now what it holds. Gives when each was asked, on its own clock."""
    asked = await asyncio.gather(*(api.send(_Asked, "POST", f"{owner}/v1/statements") for owner in OWNERS))
    return {owner: answer.asked_at for owner, answer in zip(OWNERS, asked, strict=True)}


async def dead_letters(api: Api, service: str) -> list[DeadLetter]:
    """Messages of the commune that the service could not handle, the latest first."""
    return (await api.get(_DeadLetters, f"{service}/v1/dead-letters")).items
