"""Money that banks announce and that is in no payment: for the régie only."""

from uuid import UUID

from fastapi import APIRouter

from chassis.http.dependencies import CurrentRuntime, CurrentTransaction, Regisseur
from chassis.http.scope import PortalRoute
from payment_gateway.adapters.unplaced_money import dealt_with, unplaced_money
from payment_gateway.application.deal_with_unplaced import deal_with_unplaced
from payment_gateway.entrypoints.unplaced_schemas import DealtWithIn, UnplacedMoney, UnplacedMoneyList
from payment_gateway.entrypoints.wiring import store_of, times_of

router = APIRouter(route_class=PortalRoute, tags=["unplaced money"])


@router.get("/unplaced-money")
async def list_unplaced_money(
    _principal: Regisseur, runtime: CurrentRuntime, transaction: CurrentTransaction, *, dealt: bool = False
) -> UnplacedMoneyList:
    """What the banks, in the last 60 days, said they took and that is in no payment: for a person to look into.

    ``dealt`` gives what somebody dealt with instead, whenever it was announced.
    """
    connection = transaction.connection
    rows = await (dealt_with(connection) if dealt else unplaced_money(connection, times_of(runtime)))
    return UnplacedMoneyList(items=[UnplacedMoney.of(row) for row in rows])


@router.post("/unplaced-money/{message_id}/dealt-with", status_code=204)
async def note_dealt_with(
    message_id: UUID,
    given: DealtWithIn,
    principal: Regisseur,
    runtime: CurrentRuntime,
    transaction: CurrentTransaction,
) -> None:
    """Somebody looked into it: it is listed no more, and kept with the note."""
    store, by = store_of(runtime, transaction), principal.account_id
    await deal_with_unplaced(store, message_id, given.reason, by=by, times=times_of(runtime))
