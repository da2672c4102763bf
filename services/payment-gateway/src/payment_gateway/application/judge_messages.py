"""Messages that came together are judged together."""

from collections.abc import Sequence
from uuid import UUID

from payment_gateway.application.bank_port import Protocols, UnreadableMessageError
from payment_gateway.application.choose_terms import understand
from payment_gateway.application.judge_message import judge_message
from payment_gateway.application.ports import Attempt, BankMessage, GatheringStore, MerchantContract, Times
from payment_gateway.domain.judgement import Verdict


async def judge_messages(
    store: GatheringStore, protocols: Protocols, message_ids: Sequence[UUID], times: Times
) -> list[Verdict | None]:
    """What ``judge_message`` gives for each. All is written, or nothing."""
    gathered = await store.gather_messages(message_ids)
    named = [found for message, attempt in gathered if (found := _transaction_named(protocols, message, attempt))]
    await store.gather_transactions(named)
    verdicts = [await judge_message(store, protocols, message_id, times) for message_id in message_ids]
    await store.write()
    return verdicts


def _transaction_named(
    protocols: Protocols, message: BankMessage, attempt: Attempt
) -> tuple[MerchantContract, str] | None:
    try:
        outcome = understand(protocols, attempt, message)
    except UnreadableMessageError:
        return None
    return (attempt.contract, outcome.transaction_id) if outcome and outcome.transaction_id else None
