"""Which coming days are booked although they are closed: by what is in force, or by what is only tried."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Protocol
from uuid import UUID

from chassis.clock import local_day
from planning.application.ports import Commune
from planning.domain.activities import Activity
from planning.domain.calendars import Holidays
from planning.domain.slots import ActivitySlot, DaySlot
from planning.domain.withdrawal import may_not_take_place, no_longer_takes_place


@dataclass(frozen=True)
class Booked:
    """How many reservations a day has, and of how many families."""

    reservations: int
    families: int


@dataclass(frozen=True)
class BookedSlot:
    """How often a family booked a slot of an activity's day for its members of a school."""

    activity_id: UUID
    day: date
    slot: str
    family_id: UUID
    school: str | None
    reservations: int


@dataclass(frozen=True)
class TouchedDay:
    """A day with what is booked of it and does not take place, and why."""

    day: date
    closed_reason: str
    booked: Booked


@dataclass(frozen=True)
class TouchedActivity:
    """An activity with its touched days, in their order."""

    activity_id: UUID
    activity_name: str
    days: Sequence[TouchedDay]


class TouchedStore(Protocol):
    """What is booked."""

    def now(self) -> datetime:
        """Business instant, UTC."""
        ...

    async def taken_slots(self, from_day: date) -> Sequence[ActivitySlot]:
        """The slots in which anybody has a place, of all activities, from a day on."""
        ...

    async def booked_of_days(self, days: Sequence[tuple[UUID, date]]) -> Sequence[BookedSlot]:
        """What is booked on days of activities, by activity and day."""
        ...


async def touched_bookings(
    store: TouchedStore, commune: Commune, activities: Mapping[UUID, Activity], holidays: Holidays
) -> list[TouchedActivity]:
    """Every activity with touched days, by name. Bookings are read of those days only that may be closed."""
    taken = await store.taken_slots(local_day(store.now(), commune.time_zone))
    suspects = {
        (each.activity_id, each.day)
        for each in taken
        if each.activity_id in activities and may_not_take_place(activities[each.activity_id], holidays, each.when)
    }
    booked = await store.booked_of_days(sorted(suspects)) if suspects else []
    found = [
        TouchedActivity(activity_id, activities[activity_id].name, days)
        for activity_id, of in groupby(booked, key=lambda each: each.activity_id)
        if (days := touched_days(activities[activity_id], holidays, list(of)))
    ]
    return sorted(found, key=lambda each: (each.activity_name, each.activity_id))


def touched_days(activity: Activity, holidays: Holidays, booked: Sequence[BookedSlot]) -> list[TouchedDay]:
    """Of what is booked, by day, the days of which something does not take place."""
    days = []
    for day, of in groupby(booked, key=lambda each: each.day):
        whens = [(each, DaySlot(day, each.slot)) for each in of]
        gone = {
            each: why for each, when in whens if (why := no_longer_takes_place(activity, holidays, when, each.school))
        }
        if gone:
            days.append(TouchedDay(day, " ; ".join(dict.fromkeys(gone.values())), counted(list(gone))))
    return days


def counted(booked: Sequence[BookedSlot]) -> Booked:
    """All of them together."""
    return Booked(sum(each.reservations for each in booked), len({each.family_id for each in booked}))
