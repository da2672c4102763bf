"""A régie's contract with its bank."""

from dataclasses import replace
from datetime import datetime

from chassis.errors import DomainError
from payment_gateway.application.ports import MerchantContract, PaymentStore


class HmacKeyMissingError(DomainError):
    """A first contract without its key."""

    slug = "hmac-key-missing"
    sentence = "La clé HMAC de la régie est nécessaire pour enregistrer un premier contrat."


async def change_contract(store: PaymentStore, contract: MerchantContract, now: datetime) -> MerchantContract:
    """Replaces a régie's contract; attempts begun under the former one end under it.

    An empty key keeps the present one. Nothing is written when nothing changes. Returns the contract in force.
    Raises ``HmacKeyMissingError``.
    """
    current = await store.current_contract(contract.regie_id)
    if not contract.hmac_key:
        if current is None:
            raise HmacKeyMissingError
        contract = replace(contract, hmac_key=current.hmac_key)
    if current is not None and current == replace(contract, contract_id=current.contract_id):
        return current
    await store.replace_contract(contract, now)
    return contract
