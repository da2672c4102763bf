"""Merchant contracts of the régies."""

from dataclasses import asdict
from uuid import UUID

from fastapi import APIRouter

from chassis.errors import NotFoundError
from chassis.http.dependencies import Administrator, CurrentRuntime, CurrentTransaction, Staff
from chassis.http.scope import PortalRoute
from chassis.ids import new_id
from payment_gateway.application.change_contract import change_contract
from payment_gateway.application.ports import MerchantContract
from payment_gateway.entrypoints.schemas import Contract, ContractIn
from payment_gateway.entrypoints.wiring import store_of

router = APIRouter(route_class=PortalRoute, tags=["contracts"])


def _shown(contract: MerchantContract) -> Contract:
    return Contract.model_validate({name: asdict(contract)[name] for name in Contract.model_fields})


@router.put("/regies/{regie_id}/contract")
async def put_contract(
    regie_id: UUID,
    given: ContractIn,
    _principal: Administrator,
    runtime: CurrentRuntime,
    transaction: CurrentTransaction,
) -> Contract:
    """Sets a régie's contract; payments under way end under the former one."""
    contract = MerchantContract(
        contract_id=new_id(),
        regie_id=regie_id,
        hmac_key=given.hmac_key.get_secret_value().upper() if given.hmac_key else "",
        **given.model_dump(exclude={"hmac_key"}),
    )
    return _shown(await change_contract(store_of(runtime, transaction), contract, transaction.now()))


@router.get("/regies/{regie_id}/contract")
async def get_contract(
    regie_id: UUID, _principal: Staff, runtime: CurrentRuntime, transaction: CurrentTransaction
) -> Contract:
    """A régie's contract in force."""
    contract = await store_of(runtime, transaction).current_contract(regie_id)
    if contract is None:
        raise NotFoundError
    return _shown(contract)
