"""What the holidays of a school year would close, before the town writes them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol
from uuid import UUID

from planning.application.ports import Commune, HolidayStore, holidays_of
from planning.application.set_holidays import written_year
from planning.application.touched_bookings import TouchedActivity, TouchedStore, touched_bookings
from planning.domain.activities import Activity
from planning.domain.calendars import SchoolHoliday


class PreviewStore(TouchedStore, HolidayStore, Protocol):
    """What a preview is made of."""


async def preview_holidays(
    store: PreviewStore,
    commune: Commune,
    activities: Mapping[UUID, Activity],
    school_year: int,
    *,
    school: Sequence[SchoolHoliday],
    public: Mapping[date, str],
) -> list[TouchedActivity]:
    """What is booked and would be closed by these holidays; what is closed as it is, the same way, is left out.

    Raises ``HolidaysRefusedError``.
    """
    years, week = await store.holiday_years(), await store.school_week()
    tried = written_year(years, commune, school_year, school, public)
    others = [year for year in years if year.school_year != school_year]
    present = await touched_bookings(store, commune, activities, holidays_of(years, week))
    known = {(each.activity_id, day) for each in present for day in each.days}
    touched = await touched_bookings(store, commune, activities, holidays_of([*others, tried], week))
    fresh = [replace(each, days=[day for day in each.days if (each.activity_id, day) not in known]) for each in touched]
    return [each for each in fresh if each.days]
