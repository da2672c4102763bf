"""planning: the calendars of activities, as the town hall writes them."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from web.api.client import Answer, Api

_BASE = "planning/v1/activities"
_SHOWN_ONLY = ("booking_rule_text", "cancelling_rule_text", "places_text", "blocks_text", "notices")

Document = dict[str, Any]
"""A calendar, or a part of one, in the API's own fields."""


class Explained(Answer):
    """Whether a day may be booked, or cancelled, now; until when; in words."""

    timing: Literal["early", "open", "late"]
    closes_at: datetime
    sentence: str


class PreviewedDay(Answer):
    """A day under a calendar. ``closed_reason`` is None when the activity takes place.

    ``for_some``: what is decided for some schools or slots only, in words.
    """

    day: date
    closed_reason: str | None
    for_some: list[str]
    booking: Explained
    cancelling: Explained
    reservations: int
    families: int


class OverfullDay(Answer):
    """A day on which more is booked than there are places, in a slot or, where slots share them, at the same moment.

    ``of_whom``: of a group, or outside of places that are reserved, in words.
    """

    day: date
    booked: int
    places: int
    of_whom: str | None = None


class Preview(Answer):
    """A calendar that is not published. ``touched``: the coming days that are booked and would be closed.

    ``places_text``: whether slots that overlap share places; None where none overlap or places are only counted.
    ``overfull``: the coming days on which more is booked than there would be places. ``blocks_text``: whether a file
    that is not complete, or arrears, close booking; ``closed_families``: of those enrolled, to how many, today.
    """

    booking_rule_text: str
    cancelling_rule_text: str
    places_text: str | None
    blocks_text: str | None
    closed_families: int
    days: list[PreviewedDay]
    touched: list[PreviewedDay]
    overfull: list[OverfullDay]


class PublishedCalendar(Answer):
    """The calendar in force, its rules in words, and what the town hall should know."""

    document: Document
    booking_rule_text: str
    cancelling_rule_text: str
    places_text: str | None
    blocks_text: str | None
    notices: list[str]


async def calendar(api: Api, activity_id: UUID) -> PublishedCalendar:
    """An activity's calendar. Problem 404 while it has none."""
    told = await api.get(Document, f"{_BASE}/{activity_id}/calendar")
    document = {name: value for name, value in told.items() if name not in _SHOWN_ONLY}
    return PublishedCalendar(document=document, **{name: told[name] for name in _SHOWN_ONLY})


async def schools(api: Api) -> list[str]:
    """The schools that members' files name, in alphabetical order."""
    return await api.get(list[str], "planning/v1/schools")


async def publish(api: Api, activity_id: UUID, document: Document) -> None:
    """Replaces the calendar. Problem 422 with ``errors`` for what is wrong in it."""
    await api.command("PUT", f"{_BASE}/{activity_id}/calendar", document, long=True)


async def preview(api: Api, activity_id: UUID, document: Document, period: tuple[date, date]) -> Preview:
    """What the calendar would do on a half-open period. Refused like ``publish``."""
    body = {"calendar": document, "from": period[0].isoformat(), "to": period[1].isoformat()}
    return await api.send(Preview, "POST", f"{_BASE}/{activity_id}/calendar/preview", body, long=True)


class Withdrawn(Answer):
    """How many reservations were cancelled, and of how many families."""

    reservations: int
    families: int


async def withdraw(api: Api, activity_id: UUID, days: list[date]) -> Withdrawn:
    """Cancels what is booked on days that the published calendar closes, with notice to the families."""
    body = {"days": [day.isoformat() for day in days]}
    return await api.send(Withdrawn, "POST", f"{_BASE}/{activity_id}/withdrawals", body, long=True)
