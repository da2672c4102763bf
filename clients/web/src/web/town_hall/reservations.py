"""Who is expected on a day."""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from fastapi import APIRouter, Response

from web.api import enrolment, planning
from web.api.enrolment import CommuneActivity
from web.api.planning import WHOLE_DAY, DayCount, RoomCount
from web.attempts import attempt
from web.town_hall.list_parts import PartFilter
from web.town_hall.lists import DayFilter, IdFilter, SlotFilter
from web.visit import StaffVisit

router = APIRouter()


@dataclass(frozen=True)
class ActivityOfDay:
    """A slot of an activity and how many are expected.

    ``capacity`` is None when there is no limit, or nobody ever booked; ``room`` when the slot shares none.
    """

    activity_id: UUID
    slot: str
    activity_name: str
    name: str
    expected: int
    capacity: int | None
    room: RoomCount | None = None


@router.get("/mairie/reservations")
async def show_day(
    visit: StaffVisit,
    part: PartFilter,
    jour: DayFilter = None,
    activite: IdFilter = None,
    creneau: SlotFilter = "",
) -> Response:
    """The counts of a day by activity, and the list of one of them or a part of it, made to be printed."""
    today = (await visit.commune()).today
    day = jour or today
    counts, known = await asyncio.gather(
        planning.day_counts(visit.api, day, day + timedelta(days=1)),
        attempt(enrolment.commune_activities(visit.api)),
    )
    activities = _of_day(day, counts, known or [])
    chosen = next((it for it in activities if activite in {None, it.activity_id} and creneau in {"", it.slot}), None)
    listed = None
    if chosen:
        listed = await planning.day_list(visit.api, day, chosen.activity_id, chosen.slot, part.asked)
    return await visit.page(
        "town_hall/reservations.html",
        day=day,
        day_before=day - timedelta(days=1),
        day_after=day + timedelta(days=1),
        today=today,
        activities=activities,
        chosen=chosen,
        listed=listed,
        part=part,
    )


def _of_day(day: date, counts: list[DayCount], known: list[CommuneActivity]) -> list[ActivityOfDay]:
    """Those where someone is expected first, then the others whose season has the day."""
    counted = [
        ActivityOfDay(c.activity_id, c.slot, c.activity_name, c.name, c.expected, c.capacity, c.room) for c in counts
    ]
    ids = {activity.activity_id for activity in counted}
    others = [
        ActivityOfDay(activity.activity_id, WHOLE_DAY, activity.name, activity.name, 0, None)
        for activity in known
        if activity.opens_on <= day < activity.closes_on and activity.activity_id not in ids
    ]
    return sorted(counted + others, key=lambda activity: (activity.expected == 0, activity.name))
