"""What a calendar would do, before the town publishes it."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Protocol
from uuid import UUID

from chassis.clock import local_day
from chassis.errors import NotFoundError
from planning.application.ports import Commune, HolidayYear, holidays_of
from planning.application.touched_bookings import Booked, BookedSlot, counted, touched_days
from planning.domain.activities import Activity
from planning.domain.calendars import ActivityCalendar, for_some
from planning.domain.cells import outside_season
from planning.domain.limits import check_places, describe_places, overfull
from planning.domain.members import Peers
from planning.domain.rules import Action, Verdict, explain


@dataclass(frozen=True)
class PreviewedDay:
    """A day under the calendar, judged by its first slot. ``closed_reason`` is None when the activity takes place.

    ``for_some``: what is decided for some schools or slots only, in words.
    """

    day: date
    closed_reason: str | None
    for_some: Sequence[str]
    booking: Verdict
    cancelling: Verdict
    booked: Booked


@dataclass(frozen=True)
class BookedPeers:
    """How many members of one age and one school have booked a slot of a day."""

    day: date
    slot: str
    peers: Peers
    reservations: int


@dataclass(frozen=True)
class OverfullDay:
    """A day on which more is booked than there are places, in a slot or at one moment.

    ``of_whom``: of a group, or outside of some, in words; None: of all.
    """

    day: date
    booked: int
    places: int
    of_whom: str | None


@dataclass(frozen=True)
class Preview:
    """The days of a period, and what is booked from today on and would be closed, or be more than the places, by day.

    ``places_text``: whether slots that overlap share places, in words; ``closed_families``: how many of those enrolled
    could book nothing today, for what is missing of their file or an overdue invoice.
    """

    days: Sequence[PreviewedDay]
    touched: Sequence[PreviewedDay]
    overfull: Sequence[OverfullDay]
    places_text: str | None
    closed_families: int


class PreviewStore(Protocol):
    """What a preview is made of."""

    def now(self) -> datetime:
        """Business instant, UTC."""
        ...

    async def activity(self, activity_id: UUID) -> Activity | None:
        """An activity."""
        ...

    async def holiday_years(self) -> Sequence[HolidayYear]:
        """The commune's holidays."""
        ...

    async def school_week(self) -> Set[int]:
        """The week days of school."""
        ...

    async def booked_slots(self, activity_id: UUID, from_day: date) -> Sequence[BookedSlot]:
        """What is booked from a day on, by day."""
        ...

    async def closed_families(self, activity_id: UUID, today: date, calendar: ActivityCalendar) -> int:
        """How many of the activity's families could book nothing until they have done something about it."""
        ...

    async def booked_peers(self, activity_id: UUID, from_day: date) -> Sequence[BookedPeers]:
        """How many of an age and a school have booked which slot, from a day on, by day."""
        ...


async def preview_calendar(
    store: PreviewStore,
    commune: Commune,
    activity_id: UUID,
    calendar: ActivityCalendar,
    period: tuple[date, date],
) -> Preview:
    """Every day of the half-open period under the calendar, and what it would touch.

    Raises ``NotFoundError``, ``PlacesNotSharedError``.
    """
    activity = await store.activity(activity_id)
    if activity is None:
        raise NotFoundError("Cette activité n'est pas connue, ou pas encore : réessayez dans un instant.")
    now = store.now()
    today = local_day(now, commune.time_zone)
    booked = {
        day: list(of)
        for day, of in groupby(
            await store.booked_slots(activity_id, min(period[0], today)), key=lambda booked: booked.day
        )
    }
    holidays = holidays_of(await store.holiday_years(), await store.school_week())
    slot_names = {slot.code: slot.name for slot in activity.slots}
    tried = replace(activity, calendar=calendar)
    check_places(tried)

    def look(day: date) -> PreviewedDay:
        outside = outside_season(activity.opens_on, activity.closes_on, day)
        told = partial(
            explain, day=day, holidays=holidays, time_zone=commune.time_zone, now=now, starts=activity.first_start
        )
        return PreviewedDay(
            day=day,
            closed_reason=outside or calendar.closed_reason(holidays, day, school=None),
            for_some=() if outside else for_some(calendar, day, slot_names),
            booking=told(calendar.booking_rule, Action.BOOK),
            cancelling=told(calendar.cancelling_rule, Action.CANCEL),
            booked=counted(booked.get(day, ())),
        )

    coming = {day: of for day, of in booked.items() if day >= today}
    touched = touched_days(tried, holidays, [each for of in coming.values() for each in of])
    closed = {each.day for each in touched}
    peers = await store.booked_peers(activity_id, today)
    return Preview(
        days=[look(period[0] + timedelta(days=n)) for n in range((period[1] - period[0]).days)],
        touched=[replace(look(each.day), closed_reason=each.closed_reason, booked=each.booked) for each in touched],
        overfull=[
            OverfullDay(day, *more)
            for day, of in groupby(peers, key=lambda each: each.day)
            if day not in closed
            and (more := overfull(tried, day, {(each.slot, each.peers): each.reservations for each in of}))
        ],
        places_text=describe_places(tried),
        closed_families=await store.closed_families(activity_id, today, calendar),
    )
