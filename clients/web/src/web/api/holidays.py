"""planning: school and public holidays, by school year, and the week of school."""

from datetime import date, timedelta
from typing import Any

from pydantic import Field

from web.api.client import Answer, Api

_BASE = "planning/v1/holidays"
_WEEK = "planning/v1/school-week"

Document = dict[str, Any]
"""The holidays of a year, in the API's own fields."""


class SchoolHoliday(Answer):
    """The half-open period ``[from_day, to_day)``."""

    name: str
    from_day: date = Field(alias="from")
    to_day: date = Field(alias="to")

    @property
    def last_day(self) -> date:
        """The last day of the holidays."""
        return self.to_day - timedelta(days=1)


class PublicHoliday(Answer):
    """A day on which no activity takes place."""

    day: date
    name: str


class HolidayYear(Answer):
    """The holidays that begin in the school year from 1 September of ``school_year`` to 31 August.

    ``school_holidays_known`` is False when the town must write them itself; ``edited`` when it did.
    """

    school_year: int
    version: str
    zone: str
    school_holidays_known: bool
    edited: bool
    school: list[SchoolHoliday]
    public: list[PublicHoliday]


async def years(api: Api) -> list[HolidayYear]:
    """The years that are there."""
    return await api.get(list[HolidayYear], _BASE)


async def year(api: Api, school_year: int) -> HolidayYear:
    """A year; what is proposed for it while it is not there."""
    return await api.get(HolidayYear, f"{_BASE}/{school_year}")


async def save(api: Api, school_year: int, document: Document) -> None:
    """Replaces a year.

    Problem 409 when it is no longer of ``version``; 422 with ``errors`` or ``lines`` for what is wrong in it.
    """
    await api.command("PUT", f"{_BASE}/{school_year}", document)


class SchoolWeek(Answer):
    """The week days of school, 0 is Monday."""

    week_days: list[int]


async def school_week(api: Api) -> list[int]:
    """The week days that deadlines count as days of school."""
    return (await api.get(SchoolWeek, _WEEK)).week_days


async def save_school_week(api: Api, week_days: list[Any]) -> None:
    """Replaces them. Problem 422 where there is none."""
    await api.command("PUT", _WEEK, {"week_days": week_days})
