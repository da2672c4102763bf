"""Planning says which reservations it holds, so that billing can compare."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from chassis.statements import Owned, statement_pages
from contracts.event import Event
from contracts.events import ReservationsStated
from contracts.events.planning import StatedReservation
from contracts.events.statement import Position

_AHEAD = timedelta(days=400)
"""Further than any season in which one can book."""


class StatementStore(Protocol):
    """Storage, inside one transaction of one commune."""

    async def reservations(self, after: Position, until: Position, limit: int) -> Sequence[Owned[StatedReservation]]:
        """Reservations after the first position, up to and including the second, in order."""
        ...

    async def publish(self, event: Event, *, sequence: int) -> None:
        """Publishes an event with this transaction."""
        ...


async def state_reservations(store: StatementStore, *, today: date, now: datetime) -> int:
    """States the reservations from the first day of last month on: what is older was invoiced and is settled.

    Returns how many pages were published.
    """
    last_month = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    number = 0
    async for page in statement_pages(store.reservations, last_month, today + _AHEAD, now):
        await store.publish(ReservationsStated(**page.head, reservations=page.things), sequence=page.number)
        number = page.number
    return number
