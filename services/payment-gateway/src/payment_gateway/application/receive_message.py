"""A message of the bank arrives: it is kept as it is, in a transaction of its own, before anything is made of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chassis.errors import NotFoundError
from chassis.ids import new_id
from payment_gateway.application.bank_port import Protocols, UnreadableMessageError
from payment_gateway.application.ports import BankMessage, GatheringStore, MerchantContract, PaymentStore
from payment_gateway.domain.judgement import Channel

MAX_BYTES = 65_536
"""A form has less than 4 kB; a message of a REST API tells all of its order, 12 kB and more."""
UNSIGNED_KEPT = 40
"""An attempt's address is known to its payer, who could fill the table: beyond this many messages, only signed ones
are kept. The bank sends one for each card tried."""


@dataclass(frozen=True)
class Arrival:
    """A message as it came, and about which attempt its address says it is."""

    protocol: str
    channel: Channel
    attempt_id: UUID
    raw: bytes = field(repr=False)


async def receive_message(store: PaymentStore, protocols: Protocols, arrival: Arrival, real_now: datetime) -> UUID:
    """Keeps a message; the same bytes again are the same message. Returns its id.

    A message about an attempt nobody knows is kept, without its attempt, if it bears the bank's signature: it may
    speak of real money. Raises ``NotFoundError`` when the message is not kept.
    """
    attempt = await store.attempt(arrival.attempt_id)
    known = attempt is not None and attempt.contract.protocol == arrival.protocol
    if not known or await store.kept_messages(arrival.attempt_id) >= UNSIGNED_KEPT:
        contracts = await store.contracts_of(arrival.protocol)
        if not any(_is_signed(protocols, contract, arrival.channel, arrival.raw) for contract in contracts):
            raise NotFoundError
    message = BankMessage(
        new_id(), arrival.attempt_id if known else None, arrival.protocol, arrival.channel, arrival.raw
    )
    return await store.keep_message(message, real_now)


async def receive_messages(
    store: GatheringStore, protocols: Protocols, arrivals: Sequence[Arrival], real_now: datetime
) -> list[UUID | None]:
    """What ``receive_message`` gives for each; None for one that is not kept."""
    await store.gather_attempts({arrival.attempt_id for arrival in arrivals})
    given: list[UUID | None] = []
    for arrival in arrivals:
        try:
            given.append(await receive_message(store, protocols, arrival, real_now))
        except NotFoundError:
            given.append(None)
    kept = await store.write_messages()
    return [kept[message_id] if message_id else None for message_id in given]


def _is_signed(protocols: Protocols, contract: MerchantContract, channel: Channel, raw: bytes) -> bool:
    try:
        return protocols[contract.protocol].understand(contract.terms, channel, raw) is not None
    except UnreadableMessageError:
        return False
