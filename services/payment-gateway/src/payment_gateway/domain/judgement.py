"""What a message of the bank decides. One pure function judges; the database's constraints hold the same rules."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from contracts.values import EURO
from payment_gateway.domain.outcome import TO_REVIEW_SENTENCE, ZERO_SENTENCE, BankOutcome, OutcomeKind
from payment_gateway.domain.payment import Mode, Payment, PaymentStatus


class Channel(StrEnum):
    """How a message came: from the bank's server, through the payer's browser, or as the answer to our question."""

    IPN = "ipn"
    RETURN = "return"
    ANSWER = "answer"


class Verdict(StrEnum):
    """What a message was found to be."""

    VALID = "valid"
    DISPLAY_ONLY = "display-only"
    HINT = "hint"
    DUPLICATE = "duplicate"
    LATE = "late"
    UNDONE = "undone"
    BAD_SIGNATURE = "bad-signature"
    MALFORMED = "malformed"
    UNKNOWN_ATTEMPT = "unknown-attempt"
    OTHER_SHOP = "other-shop"
    REFERENCE_MISMATCH = "reference-mismatch"
    TEST_IN_PRODUCTION = "test-in-production"
    TRANSACTION_ELSEWHERE = "transaction-elsewhere"
    AMOUNT_MISMATCH = "amount-mismatch"
    CURRENCY_MISMATCH = "currency-mismatch"
    INCOMPLETE = "incomplete"
    SURPLUS = "surplus"
    REFUND = "refund"
    REVERSAL = "reversal"
    UNCONFIRMED = "unconfirmed"
    REFUND_UNDONE = "refund-undone"


class TransactionOutcome(StrEnum):
    """What became of a transaction the bank accepted: none is ever dropped."""

    SETTLED = "settled"
    SURPLUS = "surplus"
    TO_REVIEW = "to_review"


class Decision(StrEnum):
    """What the town hall made of money that settles nothing."""

    TO_DECIDE = "to_decide"
    CREDITED = "credited"
    REFUNDED = "refunded"


class ReversalKind(StrEnum):
    """How money that was taken went back, or did not come after all. The payment's status does not move for it."""

    REFUND = "refund"
    CANCELLATION = "cancellation"
    REJECTION = "rejection"


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
    reversal: ReversalKind | None = None
    settles_payment: bool = True


_STATUSES = {
    OutcomeKind.CANCELLED: PaymentStatus.CANCELLED,
    OutcomeKind.EXPIRED: PaymentStatus.EXPIRED,
    OutcomeKind.REFUSED: PaymentStatus.REFUSED,
    OutcomeKind.ALREADY_PAID: PaymentStatus.TO_REVIEW,
}
_OF_REFUNDS = frozenset({OutcomeKind.REFUNDED, OutcomeKind.REFUND_UNDONE})
_NOTED = {OutcomeKind.PENDING: Verdict.VALID, OutcomeKind.DENIED: Verdict.UNCONFIRMED}
"""These move nothing."""
_TOLD_BY_BROWSER = frozenset({OutcomeKind.CANCELLED, OutcomeKind.EXPIRED})
"""A payer who gives up may be told of by no other message. Believing it costs nothing: a success still wins."""


def judge(
    payment: Payment,
    outcome: BankOutcome,
    *,
    reference: str,
    channel: Channel,
    mode: Mode,
    is_latest_attempt: bool,
    known_transaction: UUID | None,
    is_undone: bool = False,
    is_returned: bool = False,
) -> Judgement:
    """Judges what a bank is sure to have said of an attempt, whose ``reference`` it has.

    ``known_transaction`` is the payment that already holds the bank's transaction, if any; ``is_undone``: the bank
    already said that its money will not come, or not go back; ``is_returned``: it is a refund in the books. The failure
    of an attempt does not end a payment that is being tried again in a later attempt.
    """
    kind = outcome.meaning.kind
    if problem := _doubt(outcome, reference, channel, mode):
        return Judgement(problem)
    if kind in _OF_REFUNDS:
        return _judge_refund(outcome, known_transaction, is_undone=is_undone, is_returned=is_returned)
    if outcome.undoes and known_transaction == payment.payment_id:
        return _judge_reversal(outcome)
    if kind is OutcomeKind.ACCEPTED:
        return _judge_acceptance(payment, outcome, known_transaction, is_undone=is_undone)
    return _judge_failure(payment, outcome, is_latest_attempt=is_latest_attempt)


def _doubt(outcome: BankOutcome, reference: str, channel: Channel, mode: Mode) -> Verdict | None:
    """Why something that the bank said decides nothing here."""
    if outcome.reference != reference:
        return Verdict.REFERENCE_MISMATCH
    if channel is Channel.RETURN and outcome.meaning.kind not in _TOLD_BY_BROWSER:
        return Verdict.DISPLAY_ONLY
    if mode is Mode.PRODUCTION and outcome.is_test:
        return Verdict.TEST_IN_PRODUCTION
    return None


def _judge_failure(payment: Payment, outcome: BankOutcome, *, is_latest_attempt: bool) -> Judgement:
    """What takes no money."""
    kind = outcome.meaning.kind
    if kind in _NOTED:
        return Judgement(_NOTED[kind])
    if payment.status is PaymentStatus.SUCCEEDED:
        return Judgement(Verdict.LATE)
    status = _STATUSES[kind]
    settles = is_latest_attempt or status is PaymentStatus.TO_REVIEW
    return Judgement(Verdict.VALID, status, outcome.code, outcome.meaning.sentence, settles_payment=settles)


def _judge_refund(
    outcome: BankOutcome, known_transaction: UUID | None, *, is_undone: bool, is_returned: bool
) -> Judgement:
    """What was given back and not paid out is money that is there again, and settles nothing: it is decided anew."""
    if outcome.transaction_id is None:
        return Judgement(Verdict.INCOMPLETE)
    if outcome.meaning.kind is OutcomeKind.REFUNDED:
        return Judgement(Verdict.UNDONE) if is_undone else Judgement(Verdict.REFUND, reversal=ReversalKind.REFUND)
    if known_transaction is not None:
        return Judgement(Verdict.DUPLICATE)
    if not is_returned:
        return Judgement(Verdict.VALID)
    return Judgement(Verdict.REFUND_UNDONE, transaction=TransactionOutcome.SURPLUS)


def _judge_reversal(outcome: BankOutcome) -> Judgement:
    if outcome.transaction_id is None:
        return Judgement(Verdict.INCOMPLETE)
    cancelled = outcome.meaning.kind is OutcomeKind.CANCELLED
    return Judgement(Verdict.REVERSAL, reversal=ReversalKind.CANCELLATION if cancelled else ReversalKind.REJECTION)


def _judge_acceptance(
    payment: Payment, outcome: BankOutcome, known_transaction: UUID | None, *, is_undone: bool
) -> Judgement:
    if known_transaction is not None:
        same = known_transaction == payment.payment_id
        return Judgement(Verdict.DUPLICATE if same else Verdict.TRANSACTION_ELSEWHERE)
    if is_undone:
        return Judgement(Verdict.UNDONE)
    if problem := _mismatch(payment, outcome):
        return _to_review(problem, outcome)
    if payment.status is PaymentStatus.SUCCEEDED:
        return Judgement(Verdict.SURPLUS, PaymentStatus.TO_REVIEW, transaction=TransactionOutcome.SURPLUS)
    return Judgement(Verdict.VALID, PaymentStatus.SUCCEEDED, transaction=TransactionOutcome.SETTLED)


def _mismatch(payment: Payment, outcome: BankOutcome) -> Verdict | None:
    if outcome.transaction_id is None or outcome.lacks_proof:
        return Verdict.INCOMPLETE
    if outcome.currency != EURO:
        return Verdict.CURRENCY_MISMATCH
    return Verdict.AMOUNT_MISMATCH if outcome.amount_cents != payment.amount_cents else None


def _to_review(verdict: Verdict, outcome: BankOutcome) -> Judgement:
    """The bank says that money moved, but not as it should have: a person decides. Of none nothing is to decide."""
    if not outcome.amount_cents:
        return Judgement(verdict, PaymentStatus.CANCELLED, outcome.code, ZERO_SENTENCE)
    kept = TransactionOutcome.TO_REVIEW if outcome.transaction_id else None
    return Judgement(verdict, PaymentStatus.TO_REVIEW, outcome.code, TO_REVIEW_SENTENCE, kept)
