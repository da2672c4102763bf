"""The port to the banks: what every protocol can do, and the words it is asked in.

A protocol is a package of ``adapters`` that exports ``PROTOCOL``; nothing else names it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal, Protocol, Self, TypeVar, runtime_checkable
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from chassis.errors import DomainError
from contracts.values import Payer
from payment_gateway.domain.judgement import Channel, Verdict
from payment_gateway.domain.outcome import NEVER_PAID, BankOutcome, Meaning, OutcomeKind
from payment_gateway.domain.payment import Mode, Payment
from payment_gateway.domain.reconciliation import StatementLine


class ContractTerms(BaseModel):
    """What a régie's contract with its bank says. Each protocol has its own, with its checks.

    Fields that hold a ``SecretStr`` are its secrets: optional, so that an unchanged one need not be given again, and
    excluded from what is written. Those of ``required_secrets`` must be known for a contract to be kept.
    ``title`` is the protocol's name for the town hall; the fields' own titles and descriptions make its form.
    ``known_hosts`` are the banks' servers; fields whose name ends in ``_url`` are addresses of a bank. ``at_the_bank``
    are sentences on what the town hall sets at its bank; ``{address}`` is where the bank writes about the whole shop.
    ``numbers_each_card``: a transaction's number is of one card tried, so that what the bank took back is never
    accepted later. ``signs_for_all_shops``: the bank's signature does not prove in which shop it took the money, so
    that it is asked once more about what a message told.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    required_secrets: ClassVar[tuple[str, ...]] = ()
    title: ClassVar[str]
    known_hosts: ClassVar[frozenset[str]]
    at_the_bank: ClassVar[tuple[str, ...]]
    numbers_each_card: ClassVar[bool] = True
    signs_for_all_shops: ClassVar[bool] = False

    protocol: str
    mode: Mode
    shop_name: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
        Field(title="Nom de la régie", description="Tel que les familles le lisent sur leur reçu."),
    ]

    @property
    def shop(self) -> str:
        """The shop's number at the bank: transactions are unique within it."""
        raise NotImplementedError

    @property
    def account(self) -> tuple[str, ...]:
        """All that the bank knows the shop by: new keys of the same account are good for what was begun before."""
        return (self.protocol, self.mode, self.shop)

    def addresses(self) -> list[str]:
        """Where the contract sends browsers and our own questions."""
        values = (getattr(self, name) for name in type(self).model_fields if name.endswith("_url"))
        return [value for value in values if value is not None]

    def secrets(self) -> dict[str, str]:
        """The secrets given, by field."""
        values = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {name: value.get_secret_value() for name, value in values if isinstance(value, SecretStr)}

    def with_secrets(self, secrets: Mapping[str, str]) -> Self:
        """The same terms with secrets that were not given."""
        given, fields = self.secrets(), type(self).model_fields
        missing = {name: SecretStr(value) for name, value in secrets.items() if name in fields and name not in given}
        return self.model_copy(update=missing)


@dataclass(frozen=True)
class Addresses:
    """Base addresses without a trailing slash: where the browser comes back, where the bank's server writes.

    ``path`` is what follows in both, made of protocol, commune and attempt: the addresses carry no query.
    """

    browser: str
    server: str
    path: str

    @property
    def back(self) -> str:
        """Where the browser comes back; a word may be added to its path."""
        return f"{self.browser}/pay/return/{self.path}"

    @property
    def notification(self) -> str:
        """Where the bank's server writes."""
        return f"{self.server}/pay/ipn/{self.path}"


@dataclass(frozen=True)
class PaymentOrder:
    """What a bank is asked to collect. ``real_now`` is real time: the bank compares it with its own.

    ``daily_number`` is the attempt's among those of its shop on that day (UTC), from 1, where the protocol wants it.
    ``handle`` is the bank's own name of the attempt when it was told of it already.
    """

    reference: str
    amount_cents: int
    label: str
    article_count: int
    payer: Payer
    town_hall_email: str
    addresses: Addresses
    real_now: datetime
    daily_number: int | None = None
    handle: str | None = None


@dataclass(frozen=True)
class Departure:
    """The form that sends the payer's browser to the bank, fields in the order that was signed.

    ``handle`` is the bank's own name of the attempt, where it gives one beforehand.
    """

    action: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)
    method: Literal["GET", "POST"] = "POST"
    handle: str | None = None


MOST_TOLD = 3
"""How much money a bank is asked to confirm at once; the rest is asked about the next time."""


@dataclass(frozen=True)
class Told:
    """Money that only a message told of: the bank's numbers of it, and how long ago it came."""

    transaction_id: str
    call_number: str | None
    amount_cents: int
    age: timedelta


@dataclass(frozen=True)
class Question:
    """The attempt that a bank is asked about. ``age`` is how long before ``asked_at``, in real time, it began.

    ``was_paid``: the bank accepted it before, and may still take that back. ``first_number`` is the first of
    ``numbers_per_question`` numbers unique for the shop on that day. ``told`` is what it must confirm,
    ``MOST_TOLD`` at a time, where it ``signs_for_all_shops``.
    """

    reference: str
    amount_cents: int
    handle: str | None
    age: timedelta
    asked_at: datetime
    was_paid: bool = False
    first_number: int | None = None
    told: tuple[Told, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What the bank answered: its bytes, and what it says of each card tried, in the order of time.

    ``may_change``: another card may still be tried, or an acceptance be taken back: ask again later, after ``pause``
    where it is given, else as for any attempt.
    """

    raw: bytes = field(repr=False)
    outcomes: tuple[BankOutcome, ...]
    may_change: bool = False
    pause: timedelta | None = None


def nothing_yet(question: Question, code: str, *, is_over: bool) -> BankOutcome:
    """The bank knows of no payment: it may still come, or its page is closed and nothing was paid."""
    meaning = Meaning(OutcomeKind.EXPIRED, NEVER_PAID) if is_over else Meaning(OutcomeKind.PENDING, None)
    return BankOutcome(code, meaning, question.reference, question.amount_cents, None)


@dataclass(frozen=True)
class RefundOrder:
    """Money to give back: of which transaction, how much, and a number unique for the shop on that day."""

    reference: str
    handle: str | None
    transaction_id: str
    call_number: str | None
    amount_cents: int
    daily_number: int
    real_now: datetime


@dataclass(frozen=True)
class RefundOutcome:
    """What the bank made of a refund: its own number of it where done, else a French sentence why not."""

    done: bool
    code: str
    refund_id: str | None = None
    sentence: str | None = None
    raw: bytes = field(default=b"", repr=False)


def refund_refused(code: str, why: str, raw: bytes) -> RefundOutcome:
    """The bank is sure that nothing was given back. ``why`` goes on after a colon, without a full stop."""
    return RefundOutcome(False, code, sentence=f"La banque a refusé le remboursement : {why} (code {code}).", raw=raw)


@dataclass(frozen=True)
class ContractCheck:
    """Whether the bank knows the contract, in words for the town hall."""

    works: bool
    sentence: str


class UnreadableMessageError(Exception):
    """A message that proves nothing. ``verdict`` says why."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict)
        self.verdict = verdict


class PaymentMisconfiguredError(DomainError):
    """The bank would refuse the request whatever the payer does."""

    slug = "payment-misconfigured"


class BankUnavailableError(DomainError):
    """The bank did not answer, or not in its own language: nothing is known, and it may be asked again."""

    slug = "bank-unavailable"
    sentence = "La banque ne répond pas pour le moment. Rien n'a été débité : réessayez dans quelques minutes."


class UnreadableStatementError(DomainError):
    """A bank's file that is not as it should be: nothing of it is taken. ``problems`` are sentences, line by line."""

    slug = "bank-file-unreadable"
    sentence = "Ce fichier n'est pas lisible, rien n'a été enregistré. Téléchargez-le de nouveau depuis PayFiP."

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(problems=list(problems))


class RefundImpossibleError(DomainError):
    """This contract gives no way to refund through the bank."""

    slug = "refund-impossible"
    sentence = "Ce contrat ne permet pas de rembourser par la banque en ligne. Remboursez autrement, puis notez-le."


TermsT_contra = TypeVar("TermsT_contra", bound=ContractTerms, contravariant=True)


class BankProtocol(Protocol[TermsT_contra]):
    """What differs between banks. Only ``start``, ``ask``, ``refund`` and ``check`` may talk to the bank."""

    name: str
    terms: type[ContractTerms]
    needs_daily_number: bool
    repeats_refunds: bool
    """Whether the same refund order, sent twice on one day, is done once: the bank knows it by its number.

    What such a bank answers to questions tells nothing of refunds.
    """
    numbers_per_question: int
    """How many numbers, unique for the shop on one day, asking about an attempt takes at most."""

    def reference(self, payment: Payment, attempt_id: UUID) -> str:
        """The reference an attempt has at the bank; unique in the commune unless it is the payment's own."""
        ...

    def patience(self, terms: TermsT_contra) -> timedelta:
        """How long a payment without any news from the bank is believed to be under way."""
        ...

    async def start(self, terms: TermsT_contra, order: PaymentOrder) -> Departure:
        """How to leave for the bank. Raises ``PaymentMisconfiguredError`` and ``BankUnavailableError``."""
        ...

    def understand(self, terms: TermsT_contra, channel: Channel, raw: bytes) -> BankOutcome | None:
        """A message in our words, its proof verified first; None when it only invites to ask the bank.

        The key is chosen by the contract and the channel, never by the message. Raises ``UnreadableMessageError``.
        """
        ...

    def can_ask(self, terms: TermsT_contra) -> bool:
        """Whether the bank can be asked about an attempt under this contract."""
        ...

    async def ask(self, terms: TermsT_contra, question: Question) -> Answer:
        """What the bank says of an attempt. Raises ``BankUnavailableError``."""
        ...

    def can_refund(self, terms: TermsT_contra) -> bool:
        """Whether the bank can be asked to give money back under this contract."""
        ...

    async def refund(self, terms: TermsT_contra, order: RefundOrder) -> RefundOutcome:
        """Gives money back. Raises ``RefundImpossibleError`` and ``BankUnavailableError``.

        What the bank is not sure of, or says in words unknown here, is no refusal: ``BankUnavailableError``. The régie
        may ask again for what was refused, and what was done after all would be paid twice.
        """
        ...

    async def check(self, terms: TermsT_contra) -> ContractCheck:
        """Whether the bank knows this contract. Never takes money."""
        ...


@runtime_checkable
class ReadsStatements(Protocol):
    """A protocol whose bank gives a file of what it took."""

    def read_statement(self, raw: bytes) -> Sequence[StatementLine]:
        """The payments of a file. Raises ``UnreadableStatementError``."""
        ...


@runtime_checkable
class NamesAttempts(Protocol):
    """A protocol whose bank may be given one address for a whole shop, since its messages name their attempt."""

    def attempt_named(self, raw: bytes) -> UUID | None:
        """The attempt that a message says it is about, before anything is verified; None for none of the portal's."""
        ...


Protocols = Mapping[str, BankProtocol[Any]]
