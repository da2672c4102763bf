"""planning: counts for the kitchen."""

from datetime import date, datetime
from uuid import UUID

from web.api.client import Answer, Api
from web.api.enrolment import Diet
from web.api.planning import SlotOfDay

_BASE = "planning/v1"


class SchoolCount(Answer):
    """Expected of one school and diet, by age; ``school`` is empty when not known, birth dates may be unknown."""

    school: str
    diet: Diet = "standard"
    under_6: int
    from_6_to_11: int
    from_12: int
    unknown_age: int = 0
    total: int


class KitchenCount(SlotOfDay):
    """Expected in a slot of a day. ``final_from``: the last instant at which the number may change."""

    total: int
    is_final: bool
    final_from: datetime | None = None
    schools: list[SchoolCount]


async def kitchen_counts(api: Api, start: date, end: date, activity_id: UUID | None) -> list[KitchenCount]:
    """By day, activity and slot, over a half-open period."""
    return await api.get(list[KitchenCount], f"{_BASE}/kitchen-counts", _query(start, end, activity_id))


def file_path(start: date, end: date, activity_id: UUID | None) -> str:
    """Where the API keeps the same as a file."""
    asked = "&".join(f"{name}={value}" for name, value in _query(start, end, activity_id).items() if value)
    return f"{_BASE}/kitchen-counts.csv?{asked}"


def _query(start: date, end: date, activity_id: UUID | None) -> dict[str, str | None]:
    whose = str(activity_id) if activity_id else None
    return {"from": start.isoformat(), "to": end.isoformat(), "activity_id": whose}
