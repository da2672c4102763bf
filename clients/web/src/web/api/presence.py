"""planning: the list of a slot of a day, ticked."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from web.api.client import Answer, Api
from web.api.planning import WHOLE_DAY

_BASE = "planning/v1"


class OnTheList(Answer):
    """A child of the list. ``present`` is None while nobody ticked; ``attendance``: an absence that was announced.

    ``left_at``: when it left, «18:47», where it is noted.
    """

    member_id: UUID
    first_name: str
    last_name: str
    school: str
    booked: bool
    attendance: str | None = None
    present: bool | None = None
    left_at: str | None = None
    marked_at: datetime | None = None


class CouldCome(Answer):
    """A child that has the activity and did not book."""

    member_id: UUID
    first_name: str
    last_name: str


class PresenceList(Answer):
    """Who booked, then who is there without; and who could still be added.

    ``late_after``: when leaving later is billed, «18:30»; None where it is not.
    """

    activity_id: UUID
    day: date
    slot: str
    late_after: str | None = None
    children: list[OnTheList]
    others: list[CouldCome]


class Mark(Answer):
    """A tick, named where it is made; ``marked_at`` is real time, None for now."""

    mark_id: UUID
    member_id: UUID
    present: bool
    marked_at: datetime | None = None
    left_at: str | None = None


async def presence(api: Api, activity_id: UUID, day: date, slot: str = WHOLE_DAY) -> PresenceList:
    """The list with the latest mark of each child."""
    query = {"activity_id": str(activity_id), "day": day.isoformat(), "slot": slot}
    return await api.get(PresenceList, f"{_BASE}/presence", query)


async def send_marks(api: Api, activity_id: UUID, day: date, slot: str, marks: Sequence[Mark]) -> None:
    """Keeps ticks; sent again they add nothing. ``ApiProblem`` not-found for an unknown child."""
    body = {
        "activity_id": str(activity_id),
        "day": day.isoformat(),
        "slot": slot,
        "marks": [mark.model_dump(mode="json") for mark in marks],
    }
    await api.command("POST", f"{_BASE}/presence/marks", body)
