"""Scheduled work: the monthly run of each commune, and the files of new invoices."""

import structlog

from billing.adapters import checks, documents
from billing.adapters.invoicing import INVOICE_FILES, SqlInvoicingStore
from billing.adapters.prompt_invoices import SqlLapseStore, overdue_invoices
from billing.application.issue_invoices import issue_invoices
from billing.application.ports import InvoicingRun
from billing.application.prompt_invoices import lapse_invoice
from billing.domain.period import period_to_run
from chassis.clock import local_day
from chassis.ids import new_id
from chassis.jobs import CommuneJob
from chassis.metrics import LEDGER_DIFFERENCES
from chassis.runtime import Runtime
from chassis.tenants import Tenant

_log = structlog.get_logger(__name__)

_RENDERED_AT_ONCE = 25
_LAPSED_AT_ONCE = 200


async def run_due_month(runtime: Runtime, tenant: Tenant) -> None:
    """On the first days of a month, invoices the month before, once."""
    today = local_day(runtime.clock.now(), tenant.time_zone)
    if (period := period_to_run(today)) is None:
        return
    async with runtime.transaction(tenant.id) as transaction:
        run = InvoicingRun(run_id=new_id(), period=period, issued_on=today, requested_by=None)
        done = await issue_invoices(SqlInvoicingStore(transaction), run)
    if done:
        _log.info("month_invoiced", tenant=tenant.slug, period=str(period.first_day))


async def lapse_unpaid(runtime: Runtime, tenant: Tenant) -> None:
    """Cancels the invoices that were to be paid at once and were not, each in a transaction of its own."""
    async with runtime.transaction(tenant.id) as transaction:
        overdue = await overdue_invoices(transaction, _LAPSED_AT_ONCE)
    for invoice_id in overdue:
        async with runtime.transaction(tenant.id) as transaction:
            done = await lapse_invoice(SqlLapseStore(transaction), invoice_id)
        if done:
            _log.info("invoice_lapsed", tenant=tenant.slug, invoice_id=str(invoice_id))


async def render_new_invoices(runtime: Runtime, tenant: Tenant) -> None:
    """Makes the missing files of a commune in batches, holding no transaction meanwhile."""
    while await _render_batch(runtime, tenant) == _RENDERED_AT_ONCE:
        pass


async def _render_batch(runtime: Runtime, tenant: Tenant) -> int:
    async with runtime.transaction(tenant.id) as transaction:
        invoices = await documents.unrendered_invoices(transaction, _RENDERED_AT_ONCE)
        printed = await documents.read_documents(transaction, invoices, tenant, runtime.settings.public_url)
    if invoices:
        contents = await documents.render_documents(printed)
        async with runtime.transaction(tenant.id) as transaction:
            await documents.store_pdfs(transaction, [invoice["invoice_id"] for invoice in invoices], contents)
    return len(invoices)


async def check_ledger(runtime: Runtime, tenant: Tenant) -> None:
    """Compares a commune's accounts with its invoices and payments."""
    async with runtime.transaction(tenant.id) as transaction:
        found = await checks.differences(transaction)
    LEDGER_DIFFERENCES.labels(runtime.service, tenant.slug).set(len(found))
    for row in found:
        _log.error("ledger_differs", tenant=tenant.slug, kind=row["kind"], about=str(row["about_id"]))


JOBS = [
    CommuneJob("check-ledger", 600, check_ledger),
    CommuneJob("lapse-unpaid-invoices", 15, lapse_unpaid),
    CommuneJob("monthly-invoicing", 300, run_due_month),
    CommuneJob(INVOICE_FILES, 60, render_new_invoices),
]
