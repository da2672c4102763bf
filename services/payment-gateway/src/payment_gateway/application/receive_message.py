"""A message of the bank arrives: it is kept as it is, in a transaction of its own, before anything is made of it."""

from datetime import datetime
from uuid import UUID

from chassis.errors import NotFoundError
from chassis.ids import new_id
from payment_gateway.application.bank_port import Protocols, UnreadableMessageError
from payment_gateway.application.ports import BankMessage, MerchantContract, PaymentStore
from payment_gateway.domain.judgement import Channel

MAX_BYTES = 8192
"""A real message has less than 4 kB."""
UNSIGNED_KEPT = 40
"""An attempt's address is known to its payer, who could fill the table: beyond this many messages, only signed ones
are kept. The bank sends one for each card tried."""


async def receive_message(
    store: PaymentStore,
    protocols: Protocols,
    *,
    protocol: str,
    channel: Channel,
    attempt_id: UUID,
    raw: bytes,
    real_now: datetime,
) -> UUID:
    """Keeps a message; the same bytes again are the same message. Returns its id.

    A message about an attempt nobody knows is kept, without its attempt, if it bears the bank's signature: it may
    speak of real money. Raises ``NotFoundError`` when the message is not kept.
    """
    attempt = await store.attempt(attempt_id)
    known = attempt is not None and attempt.contract.protocol == protocol
    if not known or await store.kept_messages(attempt_id) >= UNSIGNED_KEPT:
        contracts = await store.contracts_of(protocol)
        if not any(_is_signed(protocols, contract, channel, raw) for contract in contracts):
            raise NotFoundError
    message = BankMessage(new_id(), attempt_id if known else None, protocol, channel, raw)
    return await store.keep_message(message, real_now)


def _is_signed(protocols: Protocols, contract: MerchantContract, channel: Channel, raw: bytes) -> bool:
    try:
        return protocols[contract.protocol].understand(contract.terms, channel, raw) is not None
    except UnreadableMessageError:
        return False
