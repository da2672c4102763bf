"""«Cuisine»: how many eat, day by day, from which school and of which age; to print, or as a file."""

import asyncio
from datetime import date, timedelta

from fastapi import APIRouter, Response
from starlette.responses import StreamingResponse

from web.api import enrolment, kitchen
from web.attempts import attempt
from web.diet_words import diets
from web.downloads import pass_on
from web.town_hall.lists import DayFilter, IdFilter
from web.visit import StaffVisit, Visit

router = APIRouter()

_PATH = "/mairie/cuisine"
_WEEK = timedelta(days=7)


@router.get(_PATH)
async def show_counts(visit: StaffVisit, du: DayFilter = None, activite: IdFilter = None) -> Response:
    """A week, from the Monday of a day."""
    start = await _start(visit, du)
    counts, activities = await asyncio.gather(
        kitchen.kitchen_counts(visit.api, start, start + _WEEK, activite),
        attempt(enrolment.commune_activities(visit.api)),
    )
    days = [(day, [count for count in counts if count.day == day]) for day in _days(start)]
    return await visit.page(
        "town_hall/kitchen.html",
        start=start,
        week_before=start - _WEEK,
        week_after=start + _WEEK,
        days=[(day, of) for day, of in days if of],
        activities=activities or [],
        chosen=activite,
        diets=diets(),
    )


@router.get(f"{_PATH}.csv")
async def download(visit: StaffVisit, du: DayFilter = None, activite: IdFilter = None) -> StreamingResponse:
    """The week as a file for a spreadsheet."""
    start = await _start(visit, du)
    return await pass_on(visit.api, kitchen.file_path(start, start + _WEEK, activite))


async def _start(visit: Visit, chosen: date | None) -> date:
    """The Monday of the day that is chosen; else of this week or, at its end, of the coming one."""
    day = chosen or (await visit.commune()).today + timedelta(days=2)
    return day - timedelta(days=day.weekday())


def _days(start: date) -> list[date]:
    return [start + timedelta(days=number) for number in range(7)]
