"""Scheduled work: the monthly run of each commune, and the files of new invoices."""

import time
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import structlog

from billing.adapters import documents
from billing.adapters.invoicing import SqlInvoicingStore
from billing.application.issue_invoices import issue_invoices
from billing.application.ports import InvoicingRun
from billing.domain.period import period_to_run
from chassis.clock import local_day
from chassis.ids import new_id
from chassis.jobs import Job
from chassis.runtime import Runtime
from chassis.tenants import Tenant

_log = structlog.get_logger(__name__)

_RENDERED_AT_ONCE = 25
_SWEEP_SECONDS = 300.0


class RenderingSignal:
    """Which communes have new invoices. Every few minutes all are looked at, for runs that another process made."""

    def __init__(self) -> None:
        self._woken: set[UUID] = set()
        self._swept_at = -_SWEEP_SECONDS

    def wake(self, tenant_id: UUID) -> None:
        """A run of that commune was committed."""
        self._woken.add(tenant_id)

    async def take(self, runtime: Runtime) -> list[Tenant]:
        """The communes to look at now."""
        woken, self._woken = self._woken, set()
        if time.monotonic() - self._swept_at >= _SWEEP_SECONDS:
            self._swept_at = time.monotonic()
            return await runtime.tenants.all()
        return [await runtime.tenants.by_id(tenant_id) for tenant_id in woken]


RENDERING = RenderingSignal()
"""This process's signal."""


async def _each_commune(tenants: Sequence[Tenant], work: Callable[[Tenant], Awaitable[None]]) -> None:
    """One commune's trouble does not stop the others; the next tick tries again."""
    for tenant in tenants:
        try:
            await work(tenant)
        except Exception:
            _log.exception("commune_failed", tenant=tenant.slug, work=work.__name__)


async def run_due_months(runtime: Runtime) -> None:
    """On the first days of a month, invoices the month before, once per commune."""

    async def run_due_month(tenant: Tenant) -> None:
        today = local_day(runtime.clock.now(), tenant.time_zone)
        if (period := period_to_run(today)) is None:
            return
        async with runtime.transaction(tenant.id) as transaction:
            run = InvoicingRun(run_id=new_id(), period=period, issued_on=today, requested_by=None)
            done = await issue_invoices(SqlInvoicingStore(transaction), run)
        if done:
            _log.info("month_invoiced", tenant=tenant.slug, period=str(period.first_day))
            RENDERING.wake(tenant.id)

    await _each_commune(await runtime.tenants.all(), run_due_month)


async def render_new_invoices(runtime: Runtime) -> None:
    """Makes the missing files of the communes that were woken, in batches, holding no transaction meanwhile."""

    async def render_commune(tenant: Tenant) -> None:
        while await _render_batch(runtime, tenant) == _RENDERED_AT_ONCE:
            pass

    await _each_commune(await RENDERING.take(runtime), render_commune)


async def _render_batch(runtime: Runtime, tenant: Tenant) -> int:
    async with runtime.transaction(tenant.id) as transaction:
        invoices = await documents.unrendered_invoices(transaction, _RENDERED_AT_ONCE)
        printed = await documents.read_documents(transaction, invoices, tenant, runtime.settings.public_url)
    if invoices:
        contents = await documents.render_documents(printed)
        async with runtime.transaction(tenant.id) as transaction:
            await documents.store_pdfs(transaction, [invoice["invoice_id"] for invoice in invoices], contents)
    return len(invoices)


JOBS = [
    Job("monthly-invoicing", 300, run_due_months),
    Job("invoice-files", 1, render_new_invoices),
]
