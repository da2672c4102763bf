"""What the use cases need of the store."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from contracts.events.payment_gateway import BankReceipt, RefundConsequence
from contracts.values import Payer
from payment_gateway.application.bank_port import ContractTerms, Told
from payment_gateway.domain.confirmation import Arrival, Unconfirmed
from payment_gateway.domain.judgement import Channel, Decision, Judgement, ReversalKind, Verdict
from payment_gateway.domain.outcome import BankOutcome
from payment_gateway.domain.payment import Mode, Payment, PaymentStatus
from payment_gateway.domain.reconciliation import StatementLine
from payment_gateway.domain.refund import Refund, Taken


@dataclass(frozen=True)
class MerchantContract:
    """A régie's contract with a bank. The key of a message is chosen by it, never by the message."""

    contract_id: UUID
    regie_id: UUID
    terms: ContractTerms

    @property
    def protocol(self) -> str:
        """The name of the bank's protocol."""
        return self.terms.protocol

    @property
    def shop(self) -> str:
        """The shop's number at the bank."""
        return self.terms.shop

    @property
    def mode(self) -> Mode:
        """Whether real money moves."""
        return self.terms.mode


@dataclass(frozen=True)
class ContractPeriod:
    """A contract of a régie, and since when it was in force."""

    contract: MerchantContract
    opened_at: datetime


@dataclass(frozen=True)
class Attempt:
    """One visit to the bank's page, and the contract it was begun under.

    ``is_latest``: no later one is under way. ``undone_transactions`` are the bank's numbers of what it said will not
    be paid before it told that it was accepted. ``renewed`` is the contract that has since replaced its own, where
    that is the same shop's: its keys or addresses are others.
    """

    attempt_id: UUID
    payment_id: UUID
    number: int
    is_latest: bool
    status: PaymentStatus
    amount_cents: int
    reference: str
    handle: str | None
    started_at: datetime
    contract: MerchantContract
    undone_transactions: frozenset[str] = frozenset()
    renewed: MerchantContract | None = None

    @property
    def all_terms(self) -> tuple[ContractTerms, ...]:
        """Its own terms, then those that replaced them."""
        return (self.contract.terms, self.renewed.terms) if self.renewed else (self.contract.terms,)


@dataclass(frozen=True)
class BankMessage:
    """A message as received."""

    message_id: UUID
    attempt_id: UUID | None
    protocol: str
    channel: Channel
    raw: bytes = field(repr=False)


@dataclass(frozen=True)
class DueQuestion:
    """An attempt to ask its bank about, since when (its start, or its last refund), and how often it was."""

    attempt_id: UUID
    since: datetime
    asked: int


@dataclass(frozen=True)
class Said:
    """What a bank said, by which message and how it came. ``undone``: the movement back that it takes back by it."""

    message_id: UUID
    channel: Channel
    outcome: BankOutcome
    undone: UUID | None = None


@dataclass(frozen=True)
class MoneyBack:
    """Money of a transaction that went back, or did not come after all. ``reversal_id`` is the bank's own number of it.

    ``message_id`` is the bank's message that says so, None for its answer to a refund and for what was done by hand.
    ``happened_at`` is the bank's own instant of it, None where it gives none.
    """

    attempt_id: UUID
    transaction_id: str
    reversal_id: str
    kind: ReversalKind
    amount_cents: int
    message_id: UUID | None = None
    refund_id: UUID | None = None
    code: str | None = None
    happened_at: datetime | None = None


@dataclass(frozen=True)
class KnownReversal:
    """A movement back as recorded, and the refund it is of."""

    movement_id: UUID
    refund_id: UUID | None


@dataclass(frozen=True)
class Times:
    """One instant by both clocks: business time for outcomes, real time for messages."""

    now: datetime
    real_now: datetime


@dataclass(frozen=True)
class StatementFile:
    """A bank's file of what it took from the payers of a shop. ``digest`` is the SHA-256 of its bytes."""

    file_id: UUID
    regie_id: UUID
    site: str
    mode: Mode
    file_name: str
    digest: bytes
    sent_by: UUID
    sent_at: datetime


class PaymentRegister(Protocol):
    """Where requested payments are written down."""

    async def add_payment(self, payment: Payment, payer: Payer) -> bool: ...


class PaymentStore(PaymentRegister, Protocol):
    """Contracts, payments and messages of one commune, in one transaction."""

    async def current_contract(self, regie_id: UUID) -> MerchantContract | None: ...
    async def replace_contract(self, contract: MerchantContract, now: datetime) -> None: ...
    async def contracts_of(self, protocol: str) -> list[MerchantContract]: ...
    async def contract_history(self, regie_id: UUID) -> list[ContractPeriod]: ...
    async def next_daily_number(self, contract: MerchantContract, day: date, count: int = 1) -> int: ...

    async def locked_payment(self, payment_id: UUID) -> Payment | None: ...
    async def payer_of(self, payment_id: UUID) -> Payer: ...
    async def save_payment(self, payment: Payment) -> None: ...
    async def publish_settled(self, payment: Payment, receipt: BankReceipt | None) -> None: ...
    async def lock_expired(self, real_now: datetime, limit: int) -> list[Payment]: ...

    async def add_attempt(self, attempt: Attempt, next_question_at: datetime | None) -> None: ...
    async def has_open_attempt(self, payment: Payment) -> bool: ...
    async def count_attempts(self, payment_id: UUID) -> int: ...
    async def attempt(self, attempt_id: UUID) -> Attempt | None: ...
    async def set_attempt_status(self, attempt_id: UUID, status: PaymentStatus) -> None: ...
    async def keep_handle(self, attempt_id: UUID, handle: str | None) -> str | None: ...
    async def note_undone(self, attempt: Attempt, transaction_id: str) -> None: ...
    async def expire_attempts(self, payment_id: UUID) -> None: ...

    async def lock_due_questions(self, real_now: datetime, limit: int) -> list[DueQuestion]: ...
    async def set_next_question(self, attempt_id: UUID, at: datetime | None, *, asked_at: datetime) -> None: ...
    async def ask_soon(
        self, attempt_id: UUID, real_now: datetime, pause: timedelta, *, even_if_known: bool
    ) -> None: ...

    async def kept_messages(self, attempt_id: UUID) -> int: ...
    async def keep_message(self, message: BankMessage, real_now: datetime) -> UUID: ...
    async def keep_answer(self, message: BankMessage, real_now: datetime) -> UUID: ...
    async def judge_again(self, contract: MerchantContract) -> None: ...
    async def lock_waiting_message(self, message_id: UUID) -> BankMessage | None: ...
    async def set_verdict(
        self, message_id: UUID, verdict: Verdict, outcome: BankOutcome | None, real_now: datetime
    ) -> None: ...

    async def payment_of_transaction(self, contract: MerchantContract, transaction_id: str) -> UUID | None: ...
    async def add_transaction(
        self, attempt: Attempt, payment: Payment, said: Said, judgement: Judgement, real_now: datetime
    ) -> None: ...

    async def told(self, attempt: Attempt, real_now: datetime) -> tuple[Told, ...]: ...
    async def ask_from(self, attempt_id: UUID, at: datetime) -> None: ...
    async def confirm(self, attempt: Attempt, transaction_id: str, real_now: datetime) -> None: ...
    async def doubt(self, attempt: Attempt, said: Said, real_now: datetime) -> None: ...
    async def unconfirmed(self, movement_id: UUID) -> Unconfirmed | None: ...
    async def write_arrival(
        self, movement_id: UUID, arrival: Arrival, reason: str, *, by: UUID, real_now: datetime
    ) -> None: ...

    async def is_unplaced(self, message_id: UUID, times: Times) -> bool: ...
    async def dealt_with_by(self, message_id: UUID) -> UUID | None: ...
    async def deal_with(self, message_id: UUID, reason: str, *, by: UUID, real_now: datetime) -> UUID | None: ...

    async def taken(self, payment_id: UUID, transaction_id: str) -> Taken | None: ...
    async def all_taken(self, payment_id: UUID) -> list[Taken]: ...
    async def payment_of_movement(self, movement_id: UUID) -> UUID | None: ...
    async def write_decision(
        self, payment: Payment, taken: Taken, decision: Decision, *, by: UUID | None, times: Times
    ) -> None: ...
    async def debit_of(self, attempt_id: UUID) -> str | None: ...
    async def known_reversal(self, taken: Taken, reversal_id: str) -> KnownReversal | None: ...
    async def returned(self, attempt: Attempt, reversal_id: str) -> KnownReversal | None: ...
    async def link_reversal(self, reversal: KnownReversal, refund: Refund) -> None: ...
    async def add_reversal(
        self, payment: Payment, taken: Taken, back: MoneyBack, consequence: RefundConsequence | None, times: Times
    ) -> None: ...

    async def add_refund(self, refund: Refund) -> None: ...
    async def refund(self, refund_id: UUID) -> Refund | None: ...
    async def save_refund(self, refund: Refund) -> None: ...
    async def refund_awaiting(self, back: MoneyBack) -> Refund | None: ...
    async def lock_due_refunds(self, real_now: datetime, limit: int) -> list[Refund]: ...

    async def file_with(self, regie_id: UUID, digest: bytes) -> UUID | None: ...
    async def add_file(self, file: StatementFile, lines: Sequence[StatementLine]) -> bool: ...


class GatheringStore(PaymentStore, Protocol):
    """A store for several messages at once: ``attempt`` and the like find what was gathered; writes come at the end."""

    async def gather_attempts(self, attempt_ids: Collection[UUID]) -> None: ...
    async def gather_messages(self, message_ids: Collection[UUID]) -> list[tuple[BankMessage, Attempt]]: ...
    async def gather_transactions(self, named: Collection[tuple[MerchantContract, str]]) -> None: ...
    async def write_messages(self) -> dict[UUID, UUID]: ...
    async def write(self) -> None: ...


Stores = Callable[[], AbstractAsyncContextManager[PaymentStore]]
"""Opens the store in a transaction of its own, which commits at the end."""
