"""planning: what is booked on coming days that are closed, by what is in force or by what is tried."""

from datetime import date
from typing import Any
from uuid import UUID

from web.api.client import Answer, Api

_BASE = "planning/v1"


class TouchedDay(Answer):
    """A day of which something is booked that does not take place, and why."""

    day: date
    closed_reason: str
    reservations: int
    families: int


class TouchedActivity(Answer):
    """An activity with its touched days."""

    activity_id: UUID
    activity_name: str
    days: list[TouchedDay]


async def bookings_to_withdraw(api: Api) -> list[TouchedActivity]:
    """What is booked and closed by what is in force."""
    return await api.get(list[TouchedActivity], f"{_BASE}/bookings-to-withdraw")


async def touched_by_holidays(api: Api, school_year: int, document: dict[str, Any]) -> list[TouchedActivity]:
    """What is booked and would be closed by the holidays of a year. Refused like saving them."""
    return await api.send(list[TouchedActivity], "POST", f"{_BASE}/holidays/{school_year}/preview", document)
