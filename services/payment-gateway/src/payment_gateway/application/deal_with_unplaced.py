"""Somebody of the régie found out about money that is in no payment: it is listed no more, and kept with the note."""

from uuid import UUID

from chassis.errors import NotFoundError
from payment_gateway.application.ports import PaymentStore, Times
from payment_gateway.domain.unplaced import DealtWithError


async def deal_with_unplaced(store: PaymentStore, message_id: UUID, reason: str, *, by: UUID, times: Times) -> None:
    """Notes it, once: the same person saying so again changes nothing.

    Raises ``NotFoundError`` for what is not listed, ``DealtWithError`` when somebody else was first.
    """
    who = await store.dealt_with_by(message_id)
    if who is None:
        if not await store.is_unplaced(message_id, times):
            raise NotFoundError
        who = await store.deal_with(message_id, reason, by=by, real_now=times.real_now)
    if who != by:
        raise DealtWithError
