"""A régie's contract with its bank."""

from collections.abc import Collection, Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from chassis.errors import DomainError
from chassis.ids import new_id
from payment_gateway.application.bank_port import ContractTerms
from payment_gateway.application.ports import ContractPeriod, MerchantContract, PaymentStore


class ContractSecretMissingError(DomainError):
    """A first contract without its key."""

    slug = "contract-secret-missing"
    sentence = "La clé donnée par la banque est nécessaire pour enregistrer ce contrat."


class UnknownBankHostError(DomainError):
    """A contract names a server that is not known to be a bank's: it might be anybody's, or one of our own network."""

    slug = "unknown-bank-host"

    def __init__(self, host: str) -> None:
        super().__init__(
            f"« {host} » n'est pas un serveur de banque connu de ce portail. Vérifiez l'adresse dans la documentation "
            "de votre banque ; si elle est juste, demandez à l'hébergeur du portail de l'autoriser.",
            host=host,
        )


def check_hosts(terms: ContractTerms, other_hosts: Collection[str]) -> None:
    """Every address leads to a bank known to the protocol, on https's own port, or to one of ``other_hosts``.

    These are ``host``, whatever the port, or ``host:port``. Raises ``UnknownBankHostError``.
    """
    for address in terms.addresses():
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or {"http": 80, "https": 443}[parts.scheme]
        if host in terms.known_hosts and (parts.scheme, port) == ("https", 443):
            continue
        if host not in other_hosts and f"{host}:{port}" not in other_hosts:
            raise UnknownBankHostError(parts.netloc)


async def change_contract(store: PaymentStore, regie_id: UUID, terms: ContractTerms, now: datetime) -> MerchantContract:
    """Replaces a régie's contract; attempts begun under the former one end under it, or under the shop's new keys.

    Messages that no known key had proven are judged again: a wrong key may have been the reason.

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
    await store.judge_again(contract)
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
