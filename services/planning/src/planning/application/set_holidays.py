"""The town writes the holidays of a school year."""

from collections.abc import Mapping, Sequence
from datetime import date

from planning.application.ports import CalendarStore, Commune, HolidayYear
from planning.domain.calendars import SchoolHoliday
from planning.domain.holiday_years import require_sound


async def set_holidays(
    store: CalendarStore,
    commune: Commune,
    school_year: int,
    school: Sequence[SchoolHoliday],
    public: Mapping[date, str],
) -> HolidayYear:
    """The year as the town wants it, in place of what was there. Raises ``HolidaysRefusedError``."""
    await store.lock_calendars()
    others = [
        period for year in await store.holiday_years() if year.school_year != school_year for period in year.school
    ]
    require_sound(school_year, school, public, others)
    year = HolidayYear(
        school_year=school_year,
        zone=commune.school_zone,
        school_holidays_known=True,
        edited=True,
        school=school,
        public=public,
    )
    await store.replace_holiday_year(year)
    return year
