"""payment-gateway: the régies' contracts with their banks. Secrets are given, never read."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from web.api.client import Answer, Api
from web.api.errors import ApiProblem

_BASE = "payment-gateway/v1"
Values = dict[str, str | bool | None]


class ContractField(Answer):
    """A field of a contract's form. ``longest`` counts characters."""

    name: str
    label: str
    hint: str
    kind: Literal["text", "long_text", "secret", "tick"]
    required: bool
    default: str | bool | None = None
    longest: int


class ProtocolForm(Answer):
    """A bank's protocol, and what its contract says. ``at_the_bank`` are sentences on what to set at the bank."""

    protocol: str
    title: str
    fields: list[ContractField]
    at_the_bank: list[str]


class ContractState(Answer):
    """Since when a contract is in force, and when its secrets were given."""

    protocol: str
    title: str
    mode: Literal["test", "production"]
    shop_name: str
    opened_at: datetime
    secrets: dict[str, datetime]


class ContractChecked(Answer):
    """Whether the bank knows the contract, in words."""

    works: bool
    sentence: str


async def protocols(api: Api) -> list[ProtocolForm]:
    """The banks' protocols."""
    return await api.get(list[ProtocolForm], f"{_BASE}/protocols")


async def contract_state(api: Api, regie_id: UUID) -> ContractState | None:
    """A régie's contract in force; None while it has none."""
    try:
        return await api.get(ContractState, f"{_BASE}/regies/{regie_id}/contract/state")
    except ApiProblem as problem:
        if problem.status == 404:
            return None
        raise


async def contract_values(api: Api, regie_id: UUID) -> Values:
    """What the contract says, its secrets apart."""
    return await api.get(Values, f"{_BASE}/regies/{regie_id}/contract")


async def change_contract(api: Api, regie_id: UUID, values: Values) -> None:
    """Sets a régie's contract. ``ApiProblem`` invalid-payload (its ``errors`` name fields), contract-secret-missing."""
    await api.command("PUT", f"{_BASE}/regies/{regie_id}/contract", values)


async def try_contract(api: Api, regie_id: UUID) -> ContractChecked:
    """Whether the bank knows the contract."""
    return await api.send(ContractChecked, "POST", f"{_BASE}/regies/{regie_id}/contract/test")
