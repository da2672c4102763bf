"""An owner's statements: what it holds, said in pages, every night and whenever the town hall asks.

Those who keep a part of it compare (``chassis.reconciliation``). A service that states has the table of
``chassis.migrations.create_statement_table``, a ``CommuneJob`` named ``STATEMENTS``, and a route that calls
``ask_statement``.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from chassis.database import Transaction
from chassis.ids import new_id
from contracts.events.statement import Position

STATEMENTS = "statements"
"""The job that states."""
SETTLING = timedelta(minutes=5)
"""A change younger than this may still be travelling: it is not compared."""
PAGE_SIZE = 250
"""Things in one message: about 100 kB."""

_NIGHT = time(3)
_FIRST_ID, _LAST_ID = UUID(int=0), UUID(int=2**128 - 1)

T = TypeVar("T")


async def ask_statement(transaction: Transaction) -> datetime:
    """Has the commune's statement made as soon as this transaction has committed. Returns the instant of asking."""
    now = transaction.now()
    await transaction.connection.execute(
        text(
            "insert into statement_round (tenant_id, asked, stated_at) values (:tenant, true, :now)"
            " on conflict (tenant_id) do update set asked = true"
        ),
        {"tenant": transaction.tenant_id, "now": now},
    )
    transaction.wake(STATEMENTS)
    return now


async def take_due_statement(transaction: Transaction, time_zone: str) -> bool:
    """Whether the commune's statement is to be made now: asked for, or not made since the last night began, at 3:00.

    Notes it as made; the caller publishes it in this transaction. A commune new to the service waits for its first
    night.
    """
    now = transaction.now()
    await transaction.connection.execute(
        text(
            "insert into statement_round (tenant_id, asked, stated_at) values (:tenant, false, :now)"
            " on conflict do nothing"
        ),
        {"tenant": transaction.tenant_id, "now": now},
    )
    taken = await transaction.connection.execute(
        text("update statement_round set asked = false, stated_at = :now where asked or stated_at < :night"),
        {"now": now, "night": last_night(now, time_zone)},
    )
    return taken.rowcount == 1


def last_night(now: datetime, time_zone: str) -> datetime:
    """The last time that it was 3:00 in a commune."""
    here = now.astimezone(ZoneInfo(time_zone))
    tonight = datetime.combine(here.date(), _NIGHT, here.tzinfo)
    return tonight if tonight <= here else datetime.combine(here.date() - timedelta(days=1), _NIGHT, here.tzinfo)


@dataclass(frozen=True)
class Owned(Generic[T]):
    """Something that the owner holds, its place in the order of the statement, and when it last changed."""

    position: Position
    changed_at: datetime
    thing: T


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page to be published: ``head`` are the fields of ``contracts.events.statement.Statement``."""

    head: dict[str, Any]
    things: tuple[T, ...]

    @property
    def number(self) -> int:
        """Counted from 1."""
        return int(self.head["page"])


Reader = Callable[[Position, Position, int], Awaitable[Sequence[Owned[T]]]]
"""Reads at most so many things after the first position, up to and including the second, in order."""


async def statement_pages(read: Reader[T], first_day: date, last_day: date, now: datetime) -> AsyncIterator[Page[T]]:
    """The pages of everything of ``[first_day, last_day]``; one, empty, when there is nothing."""
    statement_id, settled_until = new_id(), now - SETTLING
    after, end = Position(day=first_day, id=_FIRST_ID), Position(day=last_day, id=_LAST_ID)
    number, last = 0, False
    while not last:
        owned = await read(after, end, PAGE_SIZE + 1)
        last, owned = len(owned) <= PAGE_SIZE, owned[:PAGE_SIZE]
        until, number = end if last else owned[-1].position, number + 1
        head = {
            "statement_id": statement_id,
            "page": number,
            "last": last,
            "stated_at": now,
            "settled_until": settled_until,
            "after": after,
            "until": until,
            "unsettled": tuple(each.position.id for each in owned if each.changed_at > settled_until),
        }
        yield Page(head, tuple(each.thing for each in owned if each.changed_at <= settled_until))
        after = until
