"""The one transition: what a bank says of an attempt decides the payment, under its row lock, once.

It does not matter how the bank came to say it (message, answer), how often, or in which order.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.events.payment_gateway import BankReceipt
from payment_gateway.application.ports import Attempt, PaymentStore, Said
from payment_gateway.domain.judgement import Judgement, Verdict, judge
from payment_gateway.domain.outcome import BankOutcome, OutcomeKind
from payment_gateway.domain.payment import PUBLISHED, Payment, PaymentStatus


@dataclass(frozen=True)
class Times:
    """One instant by both clocks: business time for outcomes, real time for messages."""

    now: datetime
    real_now: datetime


async def decide(store: PaymentStore, attempt_id: UUID, said: Said, times: Times) -> Verdict:
    """Judges what a bank said and writes what follows from it."""
    payment, attempt = await _locked(store, attempt_id)
    outcome = said.outcome
    judgement = judge(
        payment,
        outcome,
        reference=attempt.reference,
        channel=said.channel,
        mode=attempt.contract.mode,
        is_latest_attempt=attempt.is_latest,
        known_transaction=await _holder(store, attempt, outcome),
    )
    if judgement.transaction:
        await store.add_transaction(attempt, payment, said, judgement, times.real_now)
    if judgement.reversal and not await store.add_reversal(attempt, payment, said, judgement.reversal, times.real_now):
        return Verdict.DUPLICATE
    if judgement.status and judgement.status.rank > attempt.status.rank:
        await store.set_attempt_status(attempt_id, judgement.status)
    await _settle(store, payment, judgement, times, _receipt(attempt, outcome))
    return judgement.verdict


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
