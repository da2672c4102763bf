"""The town hall's holidays and week of school, and what is booked on days that are closed."""

from typing import Annotated

from fastapi import APIRouter, Path

from chassis.http.dependencies import Administrator, CurrentTransaction, Staff
from chassis.http.scope import PortalRoute
from planning.adapters.calendar_store import SqlCalendarStore
from planning.adapters.holiday_source import HOLIDAY_SOURCE
from planning.application.preview_holidays import preview_holidays
from planning.application.set_holidays import set_holidays
from planning.application.set_school_week import set_school_week
from planning.application.touched_bookings import touched_bookings
from planning.entrypoints.http.common import CurrentCommune
from planning.entrypoints.http.holiday_models import Holidays, HolidaysView, SchoolWeek, TouchedActivity
from planning.entrypoints.http.stores import Published

router = APIRouter(route_class=PortalRoute, tags=["town hall"])

SchoolYear = Annotated[int, Path(ge=2000, le=2098)]
"""The year in which a school year begins."""


@router.get("/holidays")
async def list_holidays(_principal: Staff, transaction: CurrentTransaction) -> list[HolidaysView]:
    """The commune's holidays, by school year."""
    return [HolidaysView.of(year) for year in await SqlCalendarStore(transaction).holiday_years()]


@router.get("/holidays/{school_year}")
async def get_holidays(
    school_year: SchoolYear, _principal: Staff, commune: CurrentCommune, transaction: CurrentTransaction
) -> HolidaysView:
    """The holidays of a school year; those that would be proposed while the year is not there."""
    years = await SqlCalendarStore(transaction).holiday_years()
    known = next((year for year in years if year.school_year == school_year), None)
    return HolidaysView.of(known or HOLIDAY_SOURCE.propose(school_year, commune.school_zone, commune.postal_code))


@router.put("/holidays/{school_year}")
async def put_holidays(
    school_year: SchoolYear,
    holidays: Holidays,
    _principal: Administrator,
    commune: CurrentCommune,
    transaction: CurrentTransaction,
) -> HolidaysView:
    """Writes the holidays of a school year as the town wants them; they are not proposed anew after that.

    With a ``version``, 409 ``holidays-changed`` when they are no longer so.
    422 ``holidays-refused`` names the rows (``lines``) that overlap others or begin outside the year.
    """
    store = SqlCalendarStore(transaction)
    written = (holidays.school_periods(), holidays.public_days())
    return HolidaysView.of(await set_holidays(store, commune, school_year, *written, if_version=holidays.version))


@router.post("/holidays/{school_year}/preview")
async def post_holidays_preview(
    school_year: SchoolYear,
    holidays: Holidays,
    _principal: Staff,
    commune: CurrentCommune,
    transaction: CurrentTransaction,
    published: Published,
) -> list[TouchedActivity]:
    """What is booked from today on and would be closed by these holidays: changes nothing. Refused like writing them.

    Bookings that are closed already, the same way, are not named.
    """
    store = SqlCalendarStore(transaction)
    school, public = holidays.school_periods(), holidays.public_days()
    touched = await preview_holidays(store, commune, published[0], school_year, school=school, public=public)
    return [TouchedActivity.model_validate(activity) for activity in touched]


@router.get("/bookings-to-withdraw")
async def list_bookings_to_withdraw(
    _principal: Staff, commune: CurrentCommune, transaction: CurrentTransaction, published: Published
) -> list[TouchedActivity]:
    """What is booked from today on and closed by what is in force: each activity's withdrawals cancel it."""
    touched = await touched_bookings(SqlCalendarStore(transaction), commune, *published)
    return [TouchedActivity.model_validate(activity) for activity in touched]


@router.get("/school-week")
async def get_school_week(_principal: Staff, transaction: CurrentTransaction) -> SchoolWeek:
    """The week days that deadlines count as days of school; Monday, Tuesday, Thursday, Friday unless set."""
    return SchoolWeek.of(await SqlCalendarStore(transaction).school_week())


@router.put("/school-week")
async def put_school_week(week: SchoolWeek, _principal: Administrator, transaction: CurrentTransaction) -> SchoolWeek:
    """Says on which week days the commune's schools are open, in every year."""
    week_days = frozenset(week.week_days)
    await set_school_week(SqlCalendarStore(transaction), week_days)
    return SchoolWeek.of(week_days)
