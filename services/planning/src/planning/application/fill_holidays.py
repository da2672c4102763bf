"""Fills the table of holidays for the school years that activities need. What the town wrote is never touched."""

from collections.abc import Iterable
from datetime import date, timedelta

from planning.application.ports import Commune, HolidaySource, HolidayStore

_SEPTEMBER = 9


def school_year(day: date) -> int:
    """The year in which the school year of a day began, on 1 September."""
    return day.year if day.month >= _SEPTEMBER else day.year - 1


def school_years(periods: Iterable[tuple[date, date]]) -> set[int]:
    """The school years that half-open periods need.

    One year earlier is needed too: summer holidays can run into September, and deadlines count days back.
    """
    return {
        year
        for from_day, to_day in periods
        for year in range(school_year(from_day) - 1, school_year(to_day - timedelta(days=1)) + 1)
    }


async def fill_holidays(
    store: HolidayStore, source: HolidaySource, commune: Commune, periods: Iterable[tuple[date, date]]
) -> None:
    """Adds the years that lack, and those whose zone changed or whose school holidays were not known."""
    settled = {
        year.school_year
        for year in await store.holiday_years()
        if year.edited or (year.school_holidays_known and year.zone == commune.school_zone)
    }
    for year in sorted(school_years(periods) - settled):
        await store.replace_holiday_year(source.propose(year, commune.school_zone, commune.postal_code))
