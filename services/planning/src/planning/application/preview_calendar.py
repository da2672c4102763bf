"""What a calendar would do, before the town publishes it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Protocol
from uuid import UUID

from chassis.clock import local_day
from chassis.errors import NotFoundError
from planning.application.ports import Commune, HolidayYear
from planning.domain.activities import Activity
from planning.domain.calendars import ActivityCalendar, Holidays, of_some_schools
from planning.domain.cells import outside_season
from planning.domain.limits import check_places, describe_places, overfull
from planning.domain.rules import Action, Verdict, explain
from planning.domain.slots import DaySlot
from planning.domain.withdrawal import no_longer_takes_place


@dataclass(frozen=True)
class Booked:
    """How many reservations a day has, and of how many families."""

    reservations: int
    families: int


@dataclass(frozen=True)
class BookedSlot:
    """How often a family booked a slot of a day for its members of a school."""

    day: date
    slot: str
    family_id: UUID
    school: str | None
    reservations: int


@dataclass(frozen=True)
class PreviewedDay:
    """A day under the calendar, judged by its first slot. ``closed_reason`` is None when the activity takes place.

    ``of_some_schools``: what is decided for some schools only, in words.
    """

    day: date
    closed_reason: str | None
    of_some_schools: Sequence[str]
    booking: Verdict
    cancelling: Verdict
    booked: Booked


@dataclass(frozen=True)
class OverfullDay:
    """A day on which more is booked than there are places, in a slot or at one moment."""

    day: date
    booked: int
    places: int


@dataclass(frozen=True)
class Preview:
    """The days of a period, and what is booked from today on and would be closed, or be more than the places, by day.

    ``places_text``: whether slots that overlap share places, in words.
    """

    days: Sequence[PreviewedDay]
    touched: Sequence[PreviewedDay]
    overfull: Sequence[OverfullDay]
    places_text: str | None


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

    async def booked_slots(self, activity_id: UUID, from_day: date) -> Sequence[BookedSlot]:
        """What is booked from a day on, by day."""
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
    holidays = holidays_of(await store.holiday_years())

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
            of_some_schools=() if outside else of_some_schools(calendar, day),
            booking=told(calendar.booking_rule, Action.BOOK),
            cancelling=told(calendar.cancelling_rule, Action.CANCEL),
            booked=_counted(booked.get(day, ())),
        )

    def touch(day: date) -> PreviewedDay | None:
        whens = ((each, DaySlot(day, each.slot)) for each in booked[day])
        gone = {each: why for each, when in whens if (why := no_longer_takes_place(tried, holidays, when, each.school))}
        reason = " ; ".join(dict.fromkeys(gone.values()))
        return replace(look(day), closed_reason=reason, booked=_counted(list(gone))) if gone else None

    days = [look(period[0] + timedelta(days=n)) for n in range((period[1] - period[0]).days)]
    coming = [day for day in booked if day >= today]
    return Preview(
        days=days,
        touched=[touched for day in coming if (touched := touch(day))],
        overfull=[OverfullDay(day, *more) for day in coming if (more := overfull(tried, _by_slot(booked[day])))],
        places_text=describe_places(tried),
    )


def _by_slot(booked: Sequence[BookedSlot]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for each in booked:
        counts[each.slot] = counts.get(each.slot, 0) + each.reservations
    return counts


def _counted(booked: Sequence[BookedSlot]) -> Booked:
    return Booked(sum(each.reservations for each in booked), len({each.family_id for each in booked}))


def holidays_of(years: Sequence[HolidayYear]) -> Holidays:
    """The holidays of all school years together."""
    return Holidays(
        public={day: name for year in years for day, name in year.public.items()},
        school=tuple(period for year in years for period in year.school),
    )
