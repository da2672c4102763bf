"""The bank is asked to give money back, with no transaction open while it answers; never twice.

A refund's next try is written down before the bank is spoken to. When a try tells nothing (no answer, a crash), the
next one repeats the very same request where the bank knows it by its number, else asks what became of the transaction.
What stays unknown is for a person to look at: nothing is ever asked for again under another number.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from payment_gateway.application.ask_bank import ask_bank, question_about, take_answer
from payment_gateway.application.bank_port import (
    Answer,
    Protocols,
    RefundImpossibleError,
    RefundOrder,
    RefundOutcome,
)
from payment_gateway.application.choose_terms import terms_to_speak
from payment_gateway.application.give_back import give_back
from payment_gateway.application.ports import Attempt, MoneyBack, PaymentStore, Times
from payment_gateway.application.request_refund import refuse
from payment_gateway.application.undo_refund import follow_refund
from payment_gateway.domain.judgement import ReversalKind
from payment_gateway.domain.refund import BY_HAND, MOST_TRIES, TO_CHECK, Refund, RefundStatus, bank_day

_PAUSE = timedelta(minutes=1)


@dataclass(frozen=True)
class Try:
    """A refund about to be spoken of with its bank. ``refund.tries`` counts this try."""

    refund: Refund
    attempt: Attempt
    call_number: str | None

    @property
    def is_first(self) -> bool:
        """Whether the bank has surely heard nothing of it yet."""
        return self.refund.tries == 1


async def claim_refunds(store: PaymentStore, real_now: datetime, limit: int) -> list[UUID]:
    """Refunds whose try is due, each with its next one already written down; what was tried too often is to check."""
    due = []
    for refund in await store.lock_due_refunds(real_now, limit):
        if refund.tries >= MOST_TRIES:
            await store.save_refund(refund.waits(RefundStatus.TO_CHECK, TO_CHECK))
            continue
        later = real_now + _PAUSE * 2**refund.tries
        sent = refund if refund.tries else await _numbered(store, refund, real_now)
        await store.save_refund(replace(sent, tries=refund.tries + 1, next_try_at=later))
        due.append(refund.refund_id)
    return due


async def _numbered(store: PaymentStore, refund: Refund, real_now: datetime) -> Refund:
    """It is sent now: its number is one of this day, whenever it was asked for."""
    attempt = await store.attempt(refund.attempt_id)
    assert attempt is not None  # noqa: S101 - a foreign key
    number = await store.next_daily_number(attempt.contract, bank_day(real_now))
    return replace(refund, sent_at=real_now, daily_number=number)


async def read_try(store: PaymentStore, refund_id: UUID) -> Try | None:
    """What the bank must be told; None when the refund is over."""
    refund = await store.refund(refund_id)
    if refund is None or refund.status is not RefundStatus.IN_PROGRESS:
        return None
    attempt = await store.attempt(refund.attempt_id)
    taken = await store.taken(refund.payment_id, refund.transaction_id)
    assert attempt is not None and taken is not None  # noqa: S101, PT018 - foreign keys
    return Try(refund, attempt, taken.call_number)


async def speak_to_bank(protocols: Protocols, trial: Try, real_now: datetime) -> RefundOutcome | Answer | None:
    """Asks the bank to refund, or what became of it; None when neither can be done without risk.

    Raises ``RefundImpossibleError``, ``BankUnavailableError``.
    """
    attempt, refund = trial.attempt, trial.refund
    protocol = protocols[attempt.contract.protocol]
    terms = terms_to_speak(attempt, protocol.can_refund)
    assert refund.sent_at is not None and refund.daily_number is not None  # noqa: S101, PT018 - it was claimed
    sent_at = refund.sent_at
    if trial.is_first or (protocol.repeats_refunds and bank_day(sent_at) == bank_day(real_now)):
        order = RefundOrder(
            reference=attempt.reference,
            handle=attempt.handle,
            transaction_id=refund.transaction_id,
            call_number=trial.call_number,
            amount_cents=refund.amount_cents,
            daily_number=refund.daily_number,
            real_now=sent_at,
        )
        return await protocol.refund(terms, order)
    if protocol.repeats_refunds or not protocol.can_ask(terms_to_speak(attempt, protocol.can_ask)):
        return None
    return await ask_bank(protocols, attempt, question_about(attempt, real_now))


async def take_outcome(
    store: PaymentStore,
    protocols: Protocols,
    trial: Try,
    said: RefundOutcome | Answer | RefundImpossibleError | None,
    times: Times,
) -> None:
    """Writes what the bank made of a refund. A message of the bank may have told it before.

    Done, it is asked about the next day, where the bank tells of refunds: it may not pay out what it accepted.
    """
    if isinstance(said, Answer):
        await take_answer(store, trial.attempt, said, times)
        return
    payment = await store.locked_payment(trial.refund.payment_id)
    refund = await store.refund(trial.refund.refund_id)
    assert payment is not None and refund is not None  # noqa: S101, PT018 - they were read before
    if isinstance(said, RefundOutcome) and said.done:
        known = refund if refund.status is not RefundStatus.DONE else None
        await give_back(store, payment, _money_back(refund, said), known, times)
        await follow_refund(store, protocols, trial.attempt, times)
    elif refund.status is not RefundStatus.IN_PROGRESS:
        return
    elif isinstance(said, RefundImpossibleError):
        await store.save_refund(refund.waits(RefundStatus.BY_HAND, said.detail or BY_HAND))
    elif said is not None and trial.is_first:
        over = refund.ends(RefundStatus.REFUSED, times.real_now, sentence=said.sentence, code=said.code)
        await refuse(store, payment, over, times)
    else:
        await store.save_refund(refund.waits(RefundStatus.TO_CHECK, TO_CHECK))


def _money_back(refund: Refund, said: RefundOutcome) -> MoneyBack:
    number = said.refund_id or str(refund.refund_id)
    return MoneyBack(
        refund.attempt_id, refund.transaction_id, number, ReversalKind.REFUND, refund.amount_cents, code=said.code
    )
