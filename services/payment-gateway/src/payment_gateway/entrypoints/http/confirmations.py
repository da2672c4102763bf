"""Money that its bank, asked, does not confirm: for the régie only."""

from uuid import UUID

from fastapi import APIRouter

from chassis.http.dependencies import CurrentRuntime, CurrentTransaction, Regisseur
from chassis.http.scope import PortalRoute
from payment_gateway.adapters.unconfirmed_money import unconfirmed
from payment_gateway.application.note_arrival import note_arrival
from payment_gateway.entrypoints.confirmation_schemas import ArrivalIn, UnconfirmedMoney, UnconfirmedMoneyList
from payment_gateway.entrypoints.wiring import store_of, times_of

router = APIRouter(route_class=PortalRoute, tags=["confirmations"])


@router.get("/unconfirmed-money")
async def list_unconfirmed_money(
    _principal: Regisseur, transaction: CurrentTransaction, *, decided: bool = False
) -> UnconfirmedMoneyList:
    """Money whose message the bank signed, and that it does not know, or not as paid, when it is asked."""
    rows = await unconfirmed(transaction.connection, is_decided=decided)
    return UnconfirmedMoneyList(items=[UnconfirmedMoney.of(row) for row in rows])


@router.post("/unconfirmed-money/{movement_id}/decision", status_code=204)
async def decide(
    movement_id: UUID, given: ArrivalIn, principal: Regisseur, runtime: CurrentRuntime, transaction: CurrentTransaction
) -> None:
    """Somebody looked at the bank's site: it arrived, and all stays; or not, and it is due again."""
    store, by = store_of(runtime, transaction), principal.account_id
    await note_arrival(store, movement_id, given.decision, given.reason, by=by, times=times_of(runtime))
