"""The town hall wants the others' books compared with planning's now."""

from fastapi import APIRouter

from chassis.http.dependencies import CurrentTransaction, Regisseur
from chassis.http.reconciliation import StatementAsked
from chassis.http.scope import PortalRoute
from chassis.statements import ask_statement

router = APIRouter(route_class=PortalRoute, tags=["town hall"])


@router.post("/statements", status_code=202)
async def ask_for_statement(_principal: Regisseur, transaction: CurrentTransaction) -> StatementAsked:
    """Planning states its reservations at once; billing compares and tells at ``/reconciliation``."""
    return StatementAsked(asked_at=await ask_statement(transaction))
