"""Scheduled work."""

from datetime import timedelta

import structlog

from chassis.clock import local_day
from chassis.jobs import CommuneJob
from chassis.runtime import Runtime
from chassis.statements import STATEMENTS, take_due_statement
from chassis.tenants import Tenant
from planning.adapters.calendar_store import SqlCalendarStore
from planning.adapters.entrance_store import SqlEntranceStore
from planning.adapters.holiday_source import HOLIDAY_SOURCE
from planning.adapters.statement_store import SqlStatementStore
from planning.application.charge_presences import charge_presences
from planning.application.enter import forget_turns
from planning.application.fill_holidays import fill_holidays
from planning.application.state_reservations import state_reservations
from planning.entrypoints.desk import desk_of
from planning.entrypoints.http.common import commune_of
from planning.entrypoints.settings import settings_of
from planning.entrypoints.waiting_jobs import WAITING_JOBS

_log = structlog.get_logger(__name__)


async def fill_commune_holidays(runtime: Runtime, tenant: Tenant) -> None:
    """Sees that a commune has the holidays of its activities' seasons."""
    async with runtime.transaction(tenant.id) as transaction:
        store = SqlCalendarStore(transaction)
        await store.lock_calendars()
        await fill_holidays(store, HOLIDAY_SOURCE, commune_of(tenant), await store.activity_periods())


async def state_commune_reservations(runtime: Runtime, tenant: Tenant) -> None:
    """States a commune's reservations every night, and when the town hall asks."""
    async with runtime.transaction(tenant.id) as transaction:
        if not await take_due_statement(transaction, tenant.time_zone):
            return
        now = transaction.now()
        today = local_day(now, tenant.time_zone)
        pages = await state_reservations(SqlStatementStore(transaction), today=today, now=now)
    _log.info("reservations_stated", tenant=tenant.slug, pages=pages)


async def forget_commune_turns(runtime: Runtime, tenant: Tenant) -> None:
    """Deletes the turns of the entrance that are over."""
    async with runtime.transaction(tenant.id) as transaction:
        await forget_turns(SqlEntranceStore(transaction, tenant.id), runtime.clock.real_now())


async def charge_commune_presences(runtime: Runtime, tenant: Tenant) -> None:
    """Bills who was there without having booked, and takes back what the lists no longer say."""
    async with runtime.transaction(tenant.id) as transaction:
        changed = await charge_presences(desk_of(runtime).charging_presences(transaction), commune_of(tenant))
    if changed:
        _log.info("presences_charged", tenant=tenant.slug, changed=changed)


async def forget_commune_documents(runtime: Runtime, tenant: Tenant) -> None:
    """Deletes the documents of absences that have served."""
    retention = settings_of(runtime).retention
    async with runtime.transaction(tenant.id) as transaction:
        now = transaction.now()
        forgotten = (
            await desk_of(runtime)
            .absences(transaction)
            .forget_documents(
                oldest_day=local_day(now, tenant.time_zone) - timedelta(days=retention.after_day),
                decided_since=now - timedelta(days=retention.after_decision),
            )
        )
    if forgotten:
        _log.info("absence_documents_forgotten", tenant=tenant.slug, documents=forgotten)


async def reseal_commune_documents(runtime: Runtime, tenant: Tenant) -> int:
    """Seals a commune's documents of absences under the present key."""
    async with runtime.transaction(tenant.id) as transaction:
        return await desk_of(runtime).absences(transaction).reseal_documents()


JOBS = [
    CommuneJob("charge-presences", 3600, charge_commune_presences),
    CommuneJob("forget-absence-documents", 3600, forget_commune_documents),
    CommuneJob("forget-turns", 3600, forget_commune_turns),
    CommuneJob("holidays", 3600, fill_commune_holidays),
    CommuneJob(STATEMENTS, 300, state_commune_reservations),
    *WAITING_JOBS,
]
