"""Payment-gateway says which payments have which outcome, so that others can compare."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from chassis.statements import Owned, statement_pages
from contracts.event import Event
from contracts.events import PaymentsStated
from contracts.events.payment_gateway import StatedPayment
from contracts.events.statement import Position

_BEHIND = timedelta(days=7)
"""A week of nights that fail leaves nothing unsaid."""


class StatementStore(Protocol):
    """Storage, inside one transaction of one commune."""

    async def payments(self, after: Position, until: Position, limit: int) -> Sequence[Owned[StatedPayment]]:
        """Payments with an outcome after the first position, up to and including the second, in order."""
        ...

    async def publish(self, event: Event, *, sequence: int) -> None:
        """Publishes an event with this transaction."""
        ...


async def state_payments(store: StatementStore, *, now: datetime) -> int:
    """States the payments whose outcome is of the last days. Returns how many pages were published."""
    today, number = now.astimezone(UTC).date(), 0
    async for page in statement_pages(store.payments, today - _BEHIND, today, now):
        await store.publish(PaymentsStated(**page.head, payments=page.things), sequence=page.number)
        number = page.number
    return number
