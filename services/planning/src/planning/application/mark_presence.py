"""The list of the day is ticked, on a tablet that may lose its connection, or on several."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple, Protocol
from uuid import UUID

from chassis.errors import NotFoundError
from planning.domain.supplements import minutes_late


class Sheet(NamedTuple):
    """The list of a slot of a day."""

    activity_id: UUID
    day: date
    slot: str


@dataclass(frozen=True)
class Mark:
    """A tick, named by who made it, so that sending it again adds nothing. ``marked_at``: real time.

    ``left_at``: local time at which who is present left, where it is noted.
    """

    mark_id: UUID
    member_id: UUID
    present: bool
    marked_at: datetime
    left_at: time | None = None


class PresenceStore(Protocol):
    """Storage of marks."""

    async def knows_all(self, member_ids: Sequence[UUID]) -> bool:
        """Whether the commune has all of them."""
        ...

    async def ends(self, sheet: Sheet) -> time | None:
        """When its slot ends, local time; None when it does not say."""
        ...

    async def add(self, sheet: Sheet, marks: Sequence[tuple[Mark, int | None]], account_id: UUID) -> None:
        """Adds those that are not there, each with its minutes after the end; none is from the future."""
        ...


async def mark_presence(store: PresenceStore, sheet: Sheet, marks: Sequence[Mark], account_id: UUID) -> None:
    """Keeps marks, all or none; of one member the latest holds, whoever sent it and in whatever order they came.

    How late someone left is reckoned now: a slot that ends at another time later changes nothing of it.

    Raises ``NotFoundError``.
    """
    if not await store.knows_all([mark.member_id for mark in marks]):
        raise NotFoundError
    ends = await store.ends(sheet)
    await store.add(sheet, [(mark, minutes_late(ends, mark.left_at)) for mark in marks], account_id)
