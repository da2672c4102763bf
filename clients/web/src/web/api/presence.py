"""planning: the list of a slot of a day, ticked."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from web.api.client import Answer, Api
from web.api.day_lists import Part, PartsOfList
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

    @property
    def is_only_announced_absent(self) -> bool:
        """Whether an absence was announced and nobody ticked."""
        return self.present is None and self.attendance is not None


class PresenceList(PartsOfList):
    """Who booked, then who is there without, of the part that is asked for; and others, who could be added.

    ``others``: with words of a name, everyone else so called who may come; ``more_others`` when there are too many.
    ``late_after``: when leaving later is billed, «18:30»; None where it is not.
    """

    activity_id: UUID
    day: date
    slot: str
    late_after: str | None = None
    children: list[OnTheList]
    others: list[OnTheList]
    more_others: bool


class Mark(Answer):
    """A tick, named where it is made; ``marked_at`` is real time, None for now."""

    mark_id: UUID
    member_id: UUID
    present: bool
    marked_at: datetime | None = None
    left_at: str | None = None


async def presence(
    api: Api, activity_id: UUID, day: date, slot: str = WHOLE_DAY, *, part: Part, words: str = ""
) -> PresenceList:
    """The list with the latest mark of each child. ``ApiProblem`` 404 for a group the activity does not have."""
    query = {"activity_id": str(activity_id), "day": day.isoformat(), "slot": slot, "query": words.strip() or None}
    return await api.get(PresenceList, f"{_BASE}/presence", {**query, **part.query})


async def send_marks(api: Api, activity_id: UUID, day: date, slot: str, marks: Sequence[Mark]) -> None:
    """Keeps ticks; sent again they add nothing. ``ApiProblem`` not-found for an unknown child."""
    body = {
        "activity_id": str(activity_id),
        "day": day.isoformat(),
        "slot": slot,
        "marks": [mark.model_dump(mode="json") for mark in marks],
    }
    await api.command("POST", f"{_BASE}/presence/marks", body)
