"""What the use cases need from the outside: a store, and a bank's protocol."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from contracts.values import Payer
from payment_gateway.domain.judgement import BankOutcome, Channel, TransactionOutcome, Verdict
from payment_gateway.domain.payment import Mode, Payment, PaymentStatus


@dataclass(frozen=True)
class MerchantContract:
    """A régie's contract with a bank. ``hmac_key`` is the secret the requests are signed with, in hexadecimal."""

    contract_id: UUID
    regie_id: UUID
    protocol: str
    site: str
    rang: str
    identifiant: str
    page_url: str
    bank_public_key_pem: str
    mode: Mode
    shop_name: str
    hmac_key: str = field(repr=False)


@dataclass(frozen=True)
class Attempt:
    """One visit to the bank's page, with what its contract says of reading the bank's answers."""

    attempt_id: UUID
    payment_id: UUID
    contract_id: UUID
    number: int
    is_latest: bool
    status: PaymentStatus
    protocol: str
    site: str
    mode: Mode
    bank_public_key_pem: str


@dataclass(frozen=True)
class Addresses:
    """Base addresses without a trailing slash: where the browser comes back, where the bank's server writes.

    ``path`` is what follows in both, made of protocol, commune and attempt: the addresses carry no query.
    """

    browser: str
    server: str
    path: str


@dataclass(frozen=True)
class PaymentOrder:
    """What a bank is asked to collect. ``real_now`` is real time: the bank compares it with its own."""

    bank_reference: str
    amount_cents: int
    article_count: int
    payer: Payer
    town_hall_email: str
    addresses: Addresses
    real_now: datetime


@dataclass(frozen=True)
class BankForm:
    """The form that sends the payer's browser to the bank, fields in the order that was signed."""

    action: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True)
class BankMessage:
    """A message as received."""

    message_id: UUID
    attempt_id: UUID | None
    protocol: str
    channel: Channel
    raw: bytes = field(repr=False)


class UnreadableMessageError(Exception):
    """A message that proves nothing. ``verdict`` says why."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict)
        self.verdict = verdict


class BankProtocol(Protocol):
    """What differs between banks."""

    def start(self, contract: MerchantContract, order: PaymentOrder) -> BankForm:
        """The signed form of an attempt."""
        ...

    def read(self, bank_public_key_pem: str, raw: bytes) -> BankOutcome:
        """A message in our words, its signature verified first. Raises ``UnreadableMessageError``."""
        ...


class PaymentRegister(Protocol):
    """Where requested payments are written down."""

    async def add_payment(self, payment: Payment, payer: Payer) -> bool: ...


class PaymentStore(PaymentRegister, Protocol):
    """Contracts, payments and messages of one commune, in one transaction."""

    async def current_contract(self, regie_id: UUID) -> MerchantContract | None: ...
    async def replace_contract(self, contract: MerchantContract, now: datetime) -> None: ...
    async def bank_keys(self, protocol: str) -> list[str]: ...

    async def locked_payment(self, payment_id: UUID) -> Payment | None: ...
    async def payer_of(self, payment_id: UUID) -> Payer: ...
    async def save_payment(self, payment: Payment) -> None: ...
    async def publish_settled(self, payment: Payment) -> None: ...
    async def lock_expired(self, real_now: datetime, limit: int) -> list[Payment]: ...

    async def add_attempt(self, payment_id: UUID, contract_id: UUID, real_now: datetime) -> UUID: ...
    async def attempt(self, attempt_id: UUID) -> Attempt | None: ...
    async def set_attempt_status(self, attempt_id: UUID, status: PaymentStatus) -> None: ...
    async def expire_attempts(self, payment_id: UUID) -> None: ...

    async def kept_messages(self, attempt_id: UUID) -> int: ...
    async def keep_message(self, message: BankMessage, real_now: datetime) -> UUID: ...
    async def lock_waiting_message(self, message_id: UUID) -> BankMessage | None: ...
    async def set_verdict(
        self, message_id: UUID, verdict: Verdict, outcome: BankOutcome | None, real_now: datetime
    ) -> None: ...

    async def payment_of_transaction(self, attempt: Attempt, transaction_id: str) -> UUID | None: ...
    async def add_transaction(
        self,
        attempt: Attempt,
        message_id: UUID,
        outcome: BankOutcome,
        kept_as: TransactionOutcome,
        real_now: datetime,
    ) -> None: ...
