"""planning: why a day is as it is."""

from datetime import date
from uuid import UUID

from web.api.client import Answer, Api
from web.api.planning import CellState


class Deadline(Answer):
    """From and until when a rule allows something, in words."""

    sentence: str


class Action(Answer):
    """Whether it is possible now; if not, ``reason`` says why. Without calendar there is neither rule nor deadline."""

    possible: bool
    reason: str | None = None
    rule: str | None = None
    deadline: Deadline | None = None


class Explanation(Answer):
    """Of one slot of a day."""

    state: CellState
    booking: Action
    cancelling: Action


async def explanation(api: Api, member_id: UUID, activity_id: UUID, day: date, slot: str) -> Explanation:
    """Whether a slot can be booked or cancelled, by which rule, and until when."""
    query = {"member_id": str(member_id), "activity_id": str(activity_id), "day": day.isoformat(), "slot": slot}
    return await api.get(Explanation, "planning/v1/explain", query)
