"""Merchant contracts of the régies."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body

from chassis.errors import NotFoundError
from chassis.http.dependencies import Administrator, CurrentRuntime, CurrentTenant, CurrentTransaction, Staff
from chassis.http.scope import OwnTransactionsRoute, PortalRoute
from payment_gateway.adapters.protocols import PROTOCOLS
from payment_gateway.application.bank_port import ContractTerms
from payment_gateway.application.change_contract import change_contract, check_hosts, secrets_since
from payment_gateway.entrypoints.contract_forms import form_of
from payment_gateway.entrypoints.schemas import Contract, ContractChecked, ContractState, ProtocolForm
from payment_gateway.entrypoints.wiring import portal_of, settings_of, store_of, stores_of

router = APIRouter(route_class=PortalRoute, tags=["contracts"])
checking = APIRouter(route_class=OwnTransactionsRoute, tags=["contracts"])
"""The bank is asked with no transaction open."""


@router.put("/regies/{regie_id}/contract", response_model=Contract)
async def put_contract(
    regie_id: UUID,
    given: Annotated[Contract, Body()],
    _principal: Administrator,
    runtime: CurrentRuntime,
    transaction: CurrentTransaction,
) -> ContractTerms:
    """Sets a régie's contract; payments under way end under the former one."""
    check_hosts(given, settings_of(runtime).other_bank_hosts)
    return (await change_contract(store_of(runtime, transaction), regie_id, given, transaction.now())).terms


@router.get("/regies/{regie_id}/contract", response_model=Contract)
async def get_contract(
    regie_id: UUID, _principal: Staff, runtime: CurrentRuntime, transaction: CurrentTransaction
) -> ContractTerms:
    """A régie's contract in force, without its secrets."""
    contract = await store_of(runtime, transaction).current_contract(regie_id)
    if contract is None:
        raise NotFoundError
    return contract.terms


@router.get("/protocols")
async def list_protocols(_principal: Staff, runtime: CurrentRuntime, tenant: CurrentTenant) -> list[ProtocolForm]:
    """The banks' protocols, what to ask for in a form of each, and what to set at the bank."""
    server = portal_of(runtime, tenant).server
    return [
        form_of(name, protocol.terms, f"{server}/pay/ipn/{name}/{tenant.slug}") for name, protocol in PROTOCOLS.items()
    ]


@router.get("/regies/{regie_id}/contract/state")
async def get_contract_state(
    regie_id: UUID, _principal: Staff, runtime: CurrentRuntime, transaction: CurrentTransaction
) -> ContractState:
    """Since when a régie's contract is in force, and when its secrets were given; never the secrets."""
    history = await store_of(runtime, transaction).contract_history(regie_id)
    if not history:
        raise NotFoundError
    terms = history[0].contract.terms
    return ContractState(
        protocol=terms.protocol,
        title=terms.title,
        mode=terms.mode,
        shop_name=terms.shop_name,
        opened_at=history[0].opened_at,
        secrets=secrets_since(history),
    )


@checking.post("/regies/{regie_id}/contract/test")
async def try_contract(
    regie_id: UUID, _principal: Administrator, runtime: CurrentRuntime, tenant: CurrentTenant
) -> ContractChecked:
    """«Tester mon contrat»: whether the bank knows it, as far as it can be told without paying."""
    async with stores_of(runtime, tenant.id)() as store:
        contract = await store.current_contract(regie_id)
    if contract is None:
        raise NotFoundError
    checked = await PROTOCOLS[contract.protocol].check(contract.terms)
    return ContractChecked(works=checked.works, sentence=checked.sentence)
