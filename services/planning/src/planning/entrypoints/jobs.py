"""Scheduled work."""

from chassis.jobs import CommuneJob
from chassis.runtime import Runtime
from chassis.tenants import Tenant
from planning.adapters.calendar_store import SqlCalendarStore
from planning.adapters.holiday_source import HOLIDAY_SOURCE
from planning.application.fill_holidays import fill_holidays
from planning.entrypoints.http.common import commune_of


async def fill_commune_holidays(runtime: Runtime, tenant: Tenant) -> None:
    """Sees that a commune has the holidays of its activities' seasons."""
    async with runtime.transaction(tenant.id) as transaction:
        store = SqlCalendarStore(transaction)
        await store.lock_calendars()
        await fill_holidays(store, HOLIDAY_SOURCE, commune_of(tenant), await store.activity_periods())


FILL_HOLIDAYS = CommuneJob("holidays", 3600, fill_commune_holidays)
