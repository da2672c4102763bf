"""A kept message is judged, once."""

import contextlib
from uuid import UUID

from payment_gateway.application.bank_port import Protocols, UnreadableMessageError
from payment_gateway.application.choose_terms import terms_to_speak, understand
from payment_gateway.application.decide import decide
from payment_gateway.application.ports import Attempt, BankMessage, PaymentStore, Said, Times
from payment_gateway.application.undo_refund import follow_refund
from payment_gateway.domain.confirmation import CONFIRMED_AFTER
from payment_gateway.domain.judgement import Channel, Verdict
from payment_gateway.domain.outcome import BankOutcome, OutcomeKind
from payment_gateway.domain.schedule import HINT_PAUSE

_KEPT = frozenset(
    {Verdict.VALID, Verdict.SURPLUS, Verdict.AMOUNT_MISMATCH, Verdict.CURRENCY_MISMATCH, Verdict.INCOMPLETE}
)
"""Of an acceptance: its money is in the books now."""


async def judge_message(store: PaymentStore, protocols: Protocols, message_id: UUID, times: Times) -> Verdict | None:
    """Judges a kept message. Returns its verdict, None when it was judged before.

    A hint is followed by a question, and so is the payer's way back while the attempt's end is not known.
    Locks are taken in the order message, payment, so that any number of messages can be judged at once.
    """
    message = await store.lock_waiting_message(message_id)
    if message is None:
        return None
    attempt = await store.attempt(message.attempt_id) if message.attempt_id else None
    if attempt is None:
        outcome = await _said_of_nothing_known(store, protocols, message)
        await store.set_verdict(message_id, Verdict.UNKNOWN_ATTEMPT, outcome, times.real_now)
        return Verdict.UNKNOWN_ATTEMPT
    verdict = await _judge(store, protocols, message, attempt, times)
    hinted, back = verdict is Verdict.HINT, message.channel is Channel.RETURN
    can_ask = protocols[attempt.contract.protocol].can_ask
    if (hinted or back) and can_ask(terms_to_speak(attempt, can_ask)):
        await store.ask_soon(attempt.attempt_id, times.real_now, HINT_PAUSE, even_if_known=hinted)
    return verdict


async def _judge(
    store: PaymentStore, protocols: Protocols, message: BankMessage, attempt: Attempt, times: Times
) -> Verdict:
    try:
        outcome = understand(protocols, attempt, message)
    except UnreadableMessageError as error:
        outcome, verdict = None, error.verdict
    else:
        verdict = Verdict.HINT
        if outcome is not None:
            said = Said(message.message_id, message.channel, outcome)
            verdict = await decide(store, attempt.attempt_id, said, times)
            if outcome.meaning.kind is OutcomeKind.ACCEPTED and verdict in _KEPT:
                await _have_confirmed(store, protocols, attempt, times)
            elif verdict is Verdict.REFUND:
                await follow_refund(store, protocols, attempt, times)
    await store.set_verdict(message.message_id, verdict, outcome, times.real_now)
    return verdict


async def _have_confirmed(store: PaymentStore, protocols: Protocols, attempt: Attempt, times: Times) -> None:
    """The signature does not say in which shop the money is: the bank is asked, if that can be."""
    can_ask = protocols[attempt.contract.protocol].can_ask
    if attempt.contract.terms.signs_for_all_shops and can_ask(terms_to_speak(attempt, can_ask)):
        await store.ask_from(attempt.attempt_id, times.real_now + CONFIRMED_AFTER)


async def _said_of_nothing_known(store: PaymentStore, protocols: Protocols, message: BankMessage) -> BankOutcome | None:
    """What the bank tells of an attempt that nobody knows, which moves nothing: a person looks. Some contract's key
    proved it when it was received.
    """
    for contract in await store.contracts_of(message.protocol):
        with contextlib.suppress(UnreadableMessageError):
            return protocols[contract.protocol].understand(contract.terms, message.channel, message.raw)
    return None
