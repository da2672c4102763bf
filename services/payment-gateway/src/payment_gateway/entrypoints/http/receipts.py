"""Receipts, for the family and for the town hall."""

from uuid import UUID

from fastapi import APIRouter

from chassis.errors import NotFoundError
from chassis.http.dependencies import AnyPrincipal, CurrentTransaction
from chassis.http.scope import PortalRoute
from payment_gateway.adapters.receipts import receipt_of
from payment_gateway.entrypoints.schemas import Receipt

router = APIRouter(route_class=PortalRoute, tags=["payments"])


@router.get("/payments/{payment_id}/receipt")
async def get_receipt(payment_id: UUID, principal: AnyPrincipal, transaction: CurrentTransaction) -> Receipt:
    """The receipt of a settled payment of the caller's family, or of any for the town hall."""
    if not principal.is_staff and principal.family_id is None:
        raise NotFoundError
    row = await receipt_of(transaction.connection, payment_id, None if principal.is_staff else principal.family_id)
    if row is None:
        raise NotFoundError
    return Receipt.model_validate(row, from_attributes=True)
