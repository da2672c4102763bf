"""A régie's contract with its bank."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from chassis.errors import DomainError
from chassis.ids import new_id
from payment_gateway.application.bank_port import ContractTerms
from payment_gateway.application.ports import ContractPeriod, MerchantContract, PaymentStore


class ContractSecretMissingError(DomainError):
    """A first contract without its key."""

    slug = "contract-secret-missing"
    sentence = "La clé donnée par la banque est nécessaire pour enregistrer ce contrat."


async def change_contract(store: PaymentStore, regie_id: UUID, terms: ContractTerms, now: datetime) -> MerchantContract:
    """Replaces a régie's contract; attempts begun under the former one end under it.

    A secret that is not given stays what it was, as long as protocol and mode do: a test key never serves in
    production. Nothing is written when nothing changes. Returns the contract in force. Raises
    ``ContractSecretMissingError``.
    """
    current = await store.current_contract(regie_id)
    if current and (current.protocol, current.mode) == (terms.protocol, terms.mode):
        terms = terms.with_secrets(current.terms.secrets())
    if not set(terms.required_secrets) <= terms.secrets().keys():
        raise ContractSecretMissingError
    if current is not None and current.terms == terms:
        return current
    contract = MerchantContract(new_id(), regie_id, terms)
    await store.replace_contract(contract, now)
    return contract


def secrets_since(history: Sequence[ContractPeriod]) -> dict[str, datetime]:
    """When each secret of the contract in force was given: ``history`` has it first, then those it replaced."""
    if not history:
        return {}
    since = {}
    for name, value in history[0].contract.terms.secrets().items():
        for period in history:
            if period.contract.terms.secrets().get(name) != value:
                break
            since[name] = period.opened_at
    return since
