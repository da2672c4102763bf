"""Routes of the town hall: invoicing a month."""

from typing import Annotated

from fastapi import APIRouter, Query

from billing.adapters import queries
from billing.adapters.invoicing import SqlInvoicingStore
from billing.application.issue_invoices import issue_invoices
from billing.application.ports import InvoicingRun
from billing.domain.period import Period
from billing.entrypoints.schemas import InvoicingRunDone, Month, RunOrder, RunPreview
from chassis.clock import local_day
from chassis.http.dependencies import CurrentTenant, CurrentTransaction, Regisseur, Staff
from chassis.http.scope import PortalRoute
from chassis.ids import new_id

router = APIRouter(route_class=PortalRoute)


@router.get("/invoicing-runs")
async def list_runs(_staff: Staff, transaction: CurrentTransaction) -> list[InvoicingRunDone]:
    """The last hundred runs, the latest first."""
    return [InvoicingRunDone.from_row(row) for row in await queries.list_runs(transaction, 100)]


@router.get("/invoicing-runs/preview")
async def preview_run(
    period: Annotated[Month, Query()], _staff: Staff, tenant: CurrentTenant, transaction: CurrentTransaction
) -> RunPreview:
    """What a run of that month would issue now."""
    month = Period.parse(period)
    row = await queries.preview_run(transaction, month)
    today = local_day(transaction.now(), tenant.time_zone)
    return RunPreview.model_validate({**row, "period": period, "ended": month.has_ended(today)})


@router.post("/invoicing-runs", status_code=201)
async def run_invoicing(
    order: RunOrder, regisseur: Regisseur, tenant: CurrentTenant, transaction: CurrentTransaction
) -> InvoicingRunDone:
    """Issues the invoices of a month. Two at once go one after the other: the second finds nothing left."""
    run = InvoicingRun(
        run_id=new_id(),
        period=Period.parse(order.period),
        issued_on=local_day(transaction.now(), tenant.time_zone),
        requested_by=regisseur.account_id,
    )
    await issue_invoices(SqlInvoicingStore(transaction), run)
    return InvoicingRunDone.from_row(await queries.read_run(transaction, run.run_id))
