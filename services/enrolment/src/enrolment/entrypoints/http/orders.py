"""Orders of adhesions."""

from uuid import UUID

from fastapi import APIRouter

from chassis.errors import NotFoundError
from chassis.http.dependencies import AnyPrincipal, CurrentTransaction, FamilyId
from chassis.http.scope import PortalRoute
from enrolment.adapters.order_queries import list_orders, read_order
from enrolment.adapters.views import OrderView
from enrolment.application.cancel_order import cancel_order
from enrolment.application.place_order import place_order
from enrolment.application.request_payment import request_payment
from enrolment.entrypoints.dependencies import CurrentStore
from enrolment.entrypoints.schemas import OrderPayload

router = APIRouter(prefix="/adhesion-orders", route_class=PortalRoute, tags=["orders"])


@router.post("", status_code=201)
async def order_adhesions(
    payload: OrderPayload, family_id: FamilyId, store: CurrentStore, transaction: CurrentTransaction
) -> OrderView:
    """Orders adhesions; the open order for the same activity and members is given again."""
    order_id = await place_order(store, family_id, payload.activity_id, payload.member_ids)
    return await order(order_id, family_id, transaction)


@router.get("")
async def orders(family_id: FamilyId, transaction: CurrentTransaction) -> list[OrderView]:
    """The family's latest orders, newest first."""
    return await list_orders(transaction.connection, family_id)


@router.get("/{order_id}")
async def order(order_id: UUID, family_id: FamilyId, transaction: CurrentTransaction) -> OrderView:
    """One order."""
    found = await read_order(transaction.connection, family_id, order_id)
    if found is None:
        raise NotFoundError
    return found


@router.post("/{order_id}/payment")
async def pay(
    order_id: UUID,
    principal: AnyPrincipal,
    family_id: FamilyId,
    store: CurrentStore,
    transaction: CurrentTransaction,
) -> OrderView:
    """Makes sure the order has a payment that can be made; a free order is in force at once."""
    await request_payment(store, family_id, order_id, principal.guardian_id)
    return await order(order_id, family_id, transaction)


@router.delete("/{order_id}", status_code=204)
async def cancel(order_id: UUID, family_id: FamilyId, store: CurrentStore) -> None:
    """Gives an unpaid order up."""
    await cancel_order(store, family_id, order_id)
