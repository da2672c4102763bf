"""Scheduled work."""

from chassis.jobs import Job
from chassis.runtime import Runtime
from planning.adapters.calendar_store import SqlCalendarStore
from planning.adapters.holiday_source import LibraryHolidaySource
from planning.application.fill_holidays import fill_holidays
from planning.entrypoints.http.common import commune_of


async def fill_all_holidays(runtime: Runtime) -> None:
    """Sees that every commune has the holidays of its activities' seasons."""
    source = LibraryHolidaySource()
    for tenant in await runtime.tenants.all():
        async with runtime.transaction(tenant.id) as transaction:
            store = SqlCalendarStore(transaction)
            await store.lock_calendars()
            await fill_holidays(store, source, commune_of(tenant), await store.activity_periods())


FILL_HOLIDAYS = Job("holidays", 3600, fill_all_holidays)
