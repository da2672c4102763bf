"""The town writes the holidays of a school year."""

from collections.abc import Mapping, Sequence
from datetime import date

from planning.application.ports import CalendarStore, Commune, HolidayYear
from planning.domain.calendars import SchoolHoliday
from planning.domain.holiday_years import HolidaysChangedError, require_sound, version_of


async def set_holidays(
    store: CalendarStore,
    commune: Commune,
    school_year: int,
    school: Sequence[SchoolHoliday],
    public: Mapping[date, str],
    *,
    if_version: str | None = None,
) -> HolidayYear:
    """The year as the town wants it, in place of what was there.

    Raises ``HolidaysRefusedError``; ``HolidaysChangedError`` when what is there is neither of the version
    ``if_version`` nor already as wanted; None: whatever is there.
    """
    await store.lock_calendars()
    years = await store.holiday_years()
    stored = next((year for year in years if year.school_year == school_year), None)
    if if_version is not None and stored is not None:
        there = version_of(stored.school, stored.public)
        if there not in (if_version, version_of(school, public)):
            raise HolidaysChangedError
    year = written_year(years, commune, school_year, school, public)
    await store.replace_holiday_year(year)
    return year


def written_year(
    years: Sequence[HolidayYear],
    commune: Commune,
    school_year: int,
    school: Sequence[SchoolHoliday],
    public: Mapping[date, str],
) -> HolidayYear:
    """The year as the town writes it beside the others. Raises ``HolidaysRefusedError``."""
    others = [period for year in years if year.school_year != school_year for period in year.school]
    require_sound(school_year, school, public, others)
    return HolidayYear(
        school_year=school_year,
        zone=commune.school_zone,
        school_holidays_known=True,
        edited=True,
        school=school,
        public=public,
    )
