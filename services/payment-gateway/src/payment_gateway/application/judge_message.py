"""The bank's message is judged, once, and decides the payment under its row lock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from payment_gateway.application.ports import (
    Attempt,
    BankMessage,
    BankProtocol,
    PaymentStore,
    UnreadableMessageError,
)
from payment_gateway.domain.judgement import BankOutcome, Verdict, judge
from payment_gateway.domain.payment import PUBLISHED, Payment


@dataclass(frozen=True)
class Times:
    """One instant by both clocks: business time for outcomes, real time for messages."""

    now: datetime
    real_now: datetime


async def judge_message(
    store: PaymentStore, protocols: dict[str, BankProtocol], message_id: UUID, times: Times
) -> Verdict | None:
    """Judges a kept message. Returns its verdict, None when it was judged before.

    Locks are taken in the order message, payment, so that any number of messages can be judged at once.
    """
    message = await store.lock_waiting_message(message_id)
    if message is None:
        return None
    attempt = await store.attempt(message.attempt_id) if message.attempt_id else None
    if attempt is None:
        await store.set_verdict(message_id, Verdict.UNKNOWN_ATTEMPT, None, times.real_now)
        return Verdict.UNKNOWN_ATTEMPT
    try:
        outcome = protocols[attempt.protocol].read(attempt.bank_public_key_pem, message.raw)
    except UnreadableMessageError as error:
        await store.set_verdict(message_id, error.verdict, None, times.real_now)
        return error.verdict
    verdict = await _decide(store, message, attempt.attempt_id, outcome, times)
    await store.set_verdict(message_id, verdict, outcome, times.real_now)
    return verdict


async def _decide(
    store: PaymentStore, message: BankMessage, attempt_id: UUID, outcome: BankOutcome, times: Times
) -> Verdict:
    payment, attempt = await _locked(store, attempt_id)
    holder = await store.payment_of_transaction(attempt, outcome.transaction_id) if outcome.transaction_id else None
    judgement = judge(
        payment,
        outcome,
        channel=message.channel,
        mode=attempt.mode,
        is_latest_attempt=attempt.is_latest,
        known_transaction=holder,
    )
    if judgement.transaction:
        await store.add_transaction(attempt, message.message_id, outcome, judgement.transaction, times.real_now)
    if judgement.status and judgement.status.rank > attempt.status.rank:
        await store.set_attempt_status(attempt_id, judgement.status)
    if judgement.status and judgement.settles_payment:
        await _settle(store, payment.move(judgement.status, judgement.code, judgement.reason, times.now), payment)
    return judgement.verdict


async def _locked(store: PaymentStore, attempt_id: UUID) -> tuple[Payment, Attempt]:
    """The payment, locked, then the attempt, read once nobody else can move it."""
    attempt = await store.attempt(attempt_id)
    payment = await store.locked_payment(attempt.payment_id) if attempt else None
    attempt = await store.attempt(attempt_id)
    if attempt is None or payment is None:
        raise LookupError(f"attempt {attempt_id} or its payment is gone")
    return payment, attempt


async def _settle(store: PaymentStore, moved: Payment, payment: Payment) -> None:
    if moved is payment:
        return
    await store.save_payment(moved)
    if moved.status in PUBLISHED:
        await store.publish_settled(moved)
