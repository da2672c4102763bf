"""The one transition: what a bank says of an attempt decides the payment, under its row lock, once.

It does not matter how the bank came to say it (message, answer), how often, or in which order.
"""

from dataclasses import replace
from uuid import UUID

from contracts.events.payment_gateway import BankReceipt
from payment_gateway.application.give_back import give_back
from payment_gateway.application.ports import Attempt, KnownReversal, MoneyBack, PaymentStore, Said, Times
from payment_gateway.application.undo_refund import undo_refund
from payment_gateway.domain.judgement import Channel, Judgement, ReversalKind, Verdict, judge
from payment_gateway.domain.outcome import BankOutcome, OutcomeKind
from payment_gateway.domain.payment import PUBLISHED, Payment, PaymentStatus

_NOTHING_TO_UNDO = frozenset({Verdict.VALID, Verdict.LATE})
"""The bank takes back what it has not told yet, or not to us: its acceptance, when it comes, is of the past."""


async def decide(store: PaymentStore, attempt_id: UUID, said: Said, times: Times) -> Verdict:
    """Judges what a bank said and writes what follows from it."""
    payment, attempt = await _locked(store, attempt_id)
    outcome = said.outcome
    returned = await _returned(store, attempt, outcome)
    judgement = judge(
        payment,
        outcome,
        reference=attempt.reference,
        channel=said.channel,
        mode=attempt.contract.mode,
        is_latest_attempt=attempt.is_latest,
        known_transaction=await _holder(store, attempt, outcome),
        is_undone=outcome.transaction_id in attempt.undone_transactions,
        is_returned=returned is not None,
    )
    if (undone := _undone(attempt, outcome)) and judgement.verdict in _NOTHING_TO_UNDO:
        await store.note_undone(attempt, undone)
    await _confirm(store, attempt, said, judgement, times)
    if returned and judgement.verdict is Verdict.REFUND_UNDONE:
        await undo_refund(store, returned, outcome)
        said = replace(said, undone=returned.movement_id, outcome=replace(outcome, happened_at=None))
    if judgement.transaction:
        await store.add_transaction(attempt, payment, said, judgement, times.real_now)
    if judgement.reversal and not await _reverse(store, payment, attempt, said, kind=judgement.reversal, times=times):
        return Verdict.DUPLICATE
    if judgement.status and judgement.status.rank > attempt.status.rank:
        await store.set_attempt_status(attempt_id, judgement.status)
    await _settle(store, payment, judgement, times, _receipt(attempt, outcome))
    return judgement.verdict


async def _confirm(store: PaymentStore, attempt: Attempt, said: Said, judgement: Judgement, times: Times) -> None:
    """The bank, asked, stands by what its message told, or not."""
    number = said.outcome.transaction_id
    if said.channel is not Channel.ANSWER or number is None or not attempt.contract.terms.signs_for_all_shops:
        return
    if judgement.verdict is Verdict.UNCONFIRMED:
        await store.doubt(attempt, said, times.real_now)
    elif judgement.verdict is Verdict.DUPLICATE:
        await store.confirm(attempt, number, times.real_now)


def _undone(attempt: Attempt, outcome: BankOutcome) -> str | None:
    """What will never be accepted any more."""
    return outcome.transaction_id if outcome.undoes and attempt.contract.terms.numbers_each_card else None


async def _reverse(
    store: PaymentStore, payment: Payment, attempt: Attempt, said: Said, *, kind: ReversalKind, times: Times
) -> bool:
    """A debit undone is named by its own number; a credit has another, and is of what its attempt took."""
    outcome = said.outcome
    assert outcome.transaction_id is not None  # noqa: S101 - judged
    undone = outcome.transaction_id if kind is not ReversalKind.REFUND else await store.debit_of(attempt.attempt_id)
    if undone is None:
        raise LookupError(f"attempt {attempt.attempt_id} took nothing that could go back")
    back = MoneyBack(
        attempt.attempt_id,
        undone,
        outcome.transaction_id,
        kind,
        outcome.amount_cents,
        said.message_id,
        code=outcome.code,
        # A refund is a transaction with a date of its own; what takes an acceptance back bears the acceptance's.
        happened_at=outcome.happened_at if kind is ReversalKind.REFUND else None,
    )
    return await give_back(store, payment, back, None, times)


async def _locked(store: PaymentStore, attempt_id: UUID) -> tuple[Payment, Attempt]:
    """The payment, locked, then the attempt, read once nobody else can move it."""
    attempt = await store.attempt(attempt_id)
    payment = await store.locked_payment(attempt.payment_id) if attempt else None
    attempt = await store.attempt(attempt_id)
    if attempt is None or payment is None:
        raise LookupError(f"attempt {attempt_id} or its payment is gone")
    return payment, attempt


async def _holder(store: PaymentStore, attempt: Attempt, outcome: BankOutcome) -> UUID | None:
    if outcome.transaction_id is None or outcome.meaning.kind is OutcomeKind.REFUNDED:
        return None
    return await store.payment_of_transaction(attempt.contract, outcome.transaction_id)


async def _returned(store: PaymentStore, attempt: Attempt, outcome: BankOutcome) -> KnownReversal | None:
    """The refund of which the bank says that it is not paid out."""
    if outcome.meaning.kind is not OutcomeKind.REFUND_UNDONE or outcome.transaction_id is None:
        return None
    return await store.returned(attempt, outcome.transaction_id)


async def _settle(
    store: PaymentStore, payment: Payment, judgement: Judgement, times: Times, receipt: BankReceipt | None
) -> None:
    if judgement.status is None or not judgement.settles_payment:
        return
    moved = payment.move(judgement.status, judgement.code, judgement.reason, times.now)
    if moved is payment:
        return
    await store.save_payment(moved)
    if moved.status in PUBLISHED:
        await store.publish_settled(moved, receipt if moved.status is PaymentStatus.SUCCEEDED else None)


def _receipt(attempt: Attempt, outcome: BankOutcome) -> BankReceipt | None:
    """What the family's receipt says of the bank; nothing without the bank's number."""
    if outcome.transaction_id is None:
        return None
    return BankReceipt(
        regie_name=attempt.contract.terms.shop_name,
        reference=attempt.reference,
        transaction_id=outcome.transaction_id,
    )
