"""What the régie sees of the accounts' own check."""

from fastapi import APIRouter

from billing.adapters import checks
from billing.entrypoints.schemas import Difference, DifferenceList
from chassis.http.dependencies import CurrentTransaction, Regisseur
from chassis.http.scope import PortalRoute

router = APIRouter(route_class=PortalRoute)


@router.get("/ledger/differences")
async def list_differences(_principal: Regisseur, transaction: CurrentTransaction) -> DifferenceList:
    """Accounts that are not what invoices and payments say: none, unless something is broken."""
    return DifferenceList(items=[Difference.from_row(row) for row in await checks.differences(transaction)])
