"""What the régie sees of all accounts: their own check, and what lies at families' credit."""

from fastapi import APIRouter

from billing.adapters import checks, queries
from billing.entrypoints.schemas import CreditList, Difference, DifferenceList, FamilyCredit
from chassis.http.dependencies import CurrentTransaction, Regisseur
from chassis.http.scope import PortalRoute

router = APIRouter(route_class=PortalRoute)


@router.get("/ledger/differences")
async def list_differences(_principal: Regisseur, transaction: CurrentTransaction) -> DifferenceList:
    """Accounts that are not what invoices and payments say: none, unless something is broken."""
    return DifferenceList(items=[Difference.from_row(row) for row in await checks.differences(transaction)])


@router.get("/credits")
async def list_credits(_principal: Regisseur, transaction: CurrentTransaction) -> CreditList:
    """The latest hundred sums at families' credit: paid although nothing was due any more, or credited by the régie."""
    rows = await queries.family_credits(transaction, 100)
    return CreditList(items=[FamilyCredit.model_validate(dict(row)) for row in rows])
