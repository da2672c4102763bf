"""What a message of the bank decides. One pure function judges; the database's constraints hold the same rules."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from payment_gateway.domain.payment import Mode, Payment, PaymentStatus
from payment_gateway.domain.refusals import TO_REVIEW_SENTENCE, OutcomeKind, meaning_of


class Channel(StrEnum):
    """How a message came: from the bank's server, or through the payer's browser."""

    IPN = "ipn"
    RETURN = "return"


class Verdict(StrEnum):
    """What a message was found to be."""

    VALID = "valid"
    DISPLAY_ONLY = "display-only"
    DUPLICATE = "duplicate"
    LATE = "late"
    BAD_SIGNATURE = "bad-signature"
    MALFORMED = "malformed"
    UNKNOWN_ATTEMPT = "unknown-attempt"
    REFERENCE_MISMATCH = "reference-mismatch"
    TEST_IN_PRODUCTION = "test-in-production"
    TRANSACTION_ELSEWHERE = "transaction-elsewhere"
    AMOUNT_MISMATCH = "amount-mismatch"
    INCOMPLETE = "incomplete"
    SURPLUS = "surplus"


class TransactionOutcome(StrEnum):
    """What became of a transaction the bank accepted: none is ever dropped."""

    SETTLED = "settled"
    SURPLUS = "surplus"
    TO_REVIEW = "to_review"


@dataclass(frozen=True)
class BankOutcome:
    """A message whose signature is the bank's, in our words.

    ``is_test`` says that the bank's test platform made it; ``encoding`` which form of the text its signature covers.
    """

    code: str
    reference: str
    amount_cents: int
    authorisation: str | None
    transaction_id: str | None
    call_number: str | None
    is_test: bool
    encoding: str


@dataclass(frozen=True)
class Judgement:
    """What to write. ``status`` is what the attempt becomes, None for no change.

    ``settles_payment`` says whether the payment follows its attempt.
    """

    verdict: Verdict
    status: PaymentStatus | None = None
    code: str | None = None
    reason: str | None = None
    transaction: TransactionOutcome | None = None
    settles_payment: bool = True


_STATUSES = {
    OutcomeKind.CANCELLED: PaymentStatus.CANCELLED,
    OutcomeKind.EXPIRED: PaymentStatus.EXPIRED,
    OutcomeKind.REFUSED: PaymentStatus.REFUSED,
    OutcomeKind.ALREADY_PAID: PaymentStatus.TO_REVIEW,
}
_TOLD_BY_BROWSER = frozenset({OutcomeKind.CANCELLED, OutcomeKind.EXPIRED})
"""A payer who gives up may be told of by no other message. Believing it costs nothing: a success still wins."""


def judge(
    payment: Payment,
    outcome: BankOutcome,
    *,
    channel: Channel,
    mode: Mode,
    is_latest_attempt: bool,
    known_transaction: UUID | None,
) -> Judgement:
    """Judges a message whose signature was verified.

    ``known_transaction`` is the payment that already holds the bank's transaction, if any. The failure of an attempt
    does not end a payment that is being tried again in a later attempt.
    """
    if outcome.reference != payment.bank_reference:
        return Judgement(Verdict.REFERENCE_MISMATCH)
    meaning = meaning_of(outcome.code)
    if channel is Channel.RETURN and meaning.kind not in _TOLD_BY_BROWSER:
        return Judgement(Verdict.DISPLAY_ONLY)
    if meaning.kind is OutcomeKind.ACCEPTED:
        return _judge_acceptance(payment, outcome, mode, known_transaction)
    if meaning.kind is OutcomeKind.PENDING:
        return Judgement(Verdict.VALID)
    if payment.status is PaymentStatus.SUCCEEDED:
        return Judgement(Verdict.LATE)
    status = _STATUSES[meaning.kind]
    settles = is_latest_attempt or status is PaymentStatus.TO_REVIEW
    return Judgement(Verdict.VALID, status, outcome.code, meaning.sentence, settles_payment=settles)


def _judge_acceptance(payment: Payment, outcome: BankOutcome, mode: Mode, known_transaction: UUID | None) -> Judgement:
    if mode is Mode.PRODUCTION and outcome.is_test:
        return Judgement(Verdict.TEST_IN_PRODUCTION)
    if known_transaction is not None:
        same = known_transaction == payment.payment_id
        return Judgement(Verdict.DUPLICATE if same else Verdict.TRANSACTION_ELSEWHERE)
    if outcome.transaction_id is None or outcome.authorisation is None:
        return _to_review(Verdict.INCOMPLETE, outcome)
    if outcome.amount_cents != payment.amount_cents:
        return _to_review(Verdict.AMOUNT_MISMATCH, outcome)
    if payment.status is PaymentStatus.SUCCEEDED:
        return Judgement(Verdict.SURPLUS, PaymentStatus.TO_REVIEW, transaction=TransactionOutcome.SURPLUS)
    return Judgement(Verdict.VALID, PaymentStatus.SUCCEEDED, transaction=TransactionOutcome.SETTLED)


def _to_review(verdict: Verdict, outcome: BankOutcome) -> Judgement:
    """The bank says that money moved, but not as it should have: a person decides."""
    kept = TransactionOutcome.TO_REVIEW if outcome.transaction_id else None
    return Judgement(verdict, PaymentStatus.TO_REVIEW, outcome.code, TO_REVIEW_SENTENCE, kept)
