"""Asking the banks about what they did not say, with no transaction open while they answer.

An attempt's next question is written down before the question is asked: a crash in between asks again later, and two
processes never ask at once.
"""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from chassis.ids import new_id
from payment_gateway.application.bank_port import Answer, Protocols, Question
from payment_gateway.application.choose_terms import terms_to_speak
from payment_gateway.application.decide import decide
from payment_gateway.application.ports import Attempt, BankMessage, PaymentStore, Said, Times
from payment_gateway.domain.judgement import Channel, Verdict
from payment_gateway.domain.outcome import OutcomeKind
from payment_gateway.domain.payment import PaymentStatus
from payment_gateway.domain.refund import bank_day
from payment_gateway.domain.schedule import next_question


async def claim_questions(store: PaymentStore, real_now: datetime, limit: int) -> list[UUID]:
    """Attempts whose question is due, those longest due first, each with its next one already written down."""
    due = await store.lock_due_questions(real_now, limit)
    for question in due:
        at = next_question(question.since, question.asked + 1, real_now)
        await store.set_next_question(question.attempt_id, at, asked_at=real_now)
    return [question.attempt_id for question in due]


async def numbered_question(
    store: PaymentStore, protocols: Protocols, attempt: Attempt, real_now: datetime
) -> Question:
    """What to ask about an attempt, what its bank must confirm, and the numbers that the bank wants."""
    question, count = question_about(attempt, real_now), protocols[attempt.contract.protocol].numbers_per_question
    if attempt.contract.terms.signs_for_all_shops:
        question = replace(question, told=await store.told(attempt, real_now))
    if not count:
        return question
    number = await store.next_daily_number(attempt.contract, bank_day(real_now), count)
    return replace(question, first_number=number)


def question_about(attempt: Attempt, real_now: datetime) -> Question:
    """What to ask about an attempt."""
    age = real_now - attempt.started_at
    was_paid = attempt.status in {PaymentStatus.SUCCEEDED, PaymentStatus.TO_REVIEW}
    return Question(attempt.reference, attempt.amount_cents, attempt.handle, age, real_now, was_paid)


async def ask_bank(protocols: Protocols, attempt: Attempt, question: Question) -> Answer:
    """Asks. Raises ``BankUnavailableError``: the next question is already due later."""
    protocol = protocols[attempt.contract.protocol]
    return await protocol.ask(terms_to_speak(attempt, protocol.can_ask), question)


async def take_answer(store: PaymentStore, attempt: Attempt, answer: Answer, times: Times) -> list[Verdict]:
    """What the bank says of each card decides, in the order of time; questions end once nothing can change, and what
    messages told is confirmed or not: one may have come meanwhile.

    The same words again do not hide what they once did.
    """
    said = [outcome for outcome in answer.outcomes if outcome.meaning.kind is not OutcomeKind.PENDING]
    pending = answer.may_change or len(said) < len(answer.outcomes) or not answer.outcomes
    verdicts = []
    if said:
        kept = BankMessage(new_id(), attempt.attempt_id, attempt.contract.protocol, Channel.ANSWER, answer.raw)
        message_id = await store.keep_answer(kept, times.real_now)
        for outcome in said:
            verdicts.append(await decide(store, attempt.attempt_id, Said(message_id, Channel.ANSWER, outcome), times))
        if message_id == kept.message_id or verdicts[-1] is not Verdict.DUPLICATE:
            await store.set_verdict(message_id, verdicts[-1], said[-1], times.real_now)
    if not pending and attempt.contract.terms.signs_for_all_shops:
        pending = bool(await store.told(attempt, times.real_now))
    if not pending:
        await store.set_next_question(attempt.attempt_id, None, asked_at=times.real_now)
    elif answer.pause:
        await store.set_next_question(attempt.attempt_id, times.real_now + answer.pause, asked_at=times.real_now)
    return verdicts
