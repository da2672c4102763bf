"""A bank may accept a refund and not pay it out: what it says of it later is asked for, and undoes it."""

from dataclasses import replace
from datetime import timedelta

from payment_gateway.application.bank_port import Protocols
from payment_gateway.application.choose_terms import terms_to_speak
from payment_gateway.application.ports import Attempt, KnownReversal, PaymentStore, Times
from payment_gateway.domain.outcome import BankOutcome
from payment_gateway.domain.refund import RefundStatus, undone_sentence

_DAY = timedelta(days=1)


async def follow_refund(store: PaymentStore, protocols: Protocols, attempt: Attempt, times: Times) -> None:
    """A bank whose answers tell of refunds is asked the next day what became of one, unless it will be anyhow."""
    protocol = protocols[attempt.contract.protocol]
    if not protocol.repeats_refunds and protocol.can_ask(terms_to_speak(attempt, protocol.can_ask)):
        await store.ask_from(attempt.attempt_id, times.real_now + _DAY)


async def undo_refund(store: PaymentStore, reversal: KnownReversal, outcome: BankOutcome) -> None:
    """The refund that asked for it, if it was one of ours, says why its money is there again."""
    refund = await store.refund(reversal.refund_id) if reversal.refund_id else None
    if refund:
        sentence = undone_sentence(outcome.meaning.sentence, outcome.code)
        await store.save_refund(replace(refund, status=RefundStatus.UNDONE, sentence=sentence, code=outcome.code))
