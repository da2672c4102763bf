"""The town hall writes how two homes share a child's days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from chassis.errors import NotFoundError
from planning.domain.calendars import Holidays
from planning.domain.custody import Custody, NotSharedError


@dataclass(frozen=True)
class Home:
    """A family in whose file a child is."""

    family_id: UUID
    name: str


@dataclass(frozen=True)
class BookedDay:
    """A slot of a day that a home has booked."""

    family_id: UUID
    day: date
    element_name: str


@dataclass(frozen=True)
class SharedMember:
    """A child of several homes. ``booked``: from today on."""

    member_id: UUID
    first_name: str
    homes: Sequence[Home]
    custody: Custody | None
    booked: Sequence[BookedDay]

    def booked_on_others_days(self, holidays: Holidays) -> list[BookedDay]:
        """What a home keeps booked on days that are now the other's."""
        if self.custody is None:
            return []
        homes = ((booked, self.custody.home_on(booked.day, holidays)) for booked in self.booked)
        return [booked for booked, home in homes if home not in (None, booked.family_id)]


class CustodyStore(Protocol):
    """Custodies."""

    async def lock_calendars(self) -> None:
        """Waits for the baskets being committed and makes the next ones wait."""
        ...

    async def families_of(self, member_id: UUID) -> Sequence[UUID]:
        """The families in whose file the member is."""
        ...

    async def write_custody(self, member_id: UUID, custody: Custody | None) -> None:
        """Replaces or forgets a custody; families' days are judged anew from then on."""
        ...


async def share_member(store: CustodyStore, member_id: UUID, custody: Custody | None) -> None:
    """Writes the custody, or with None gives every day to either home again. What is booked stays booked.

    Raises ``NotFoundError``, ``NotSharedError``.
    """
    await store.lock_calendars()
    families = await store.families_of(member_id)
    if not families:
        raise NotFoundError
    if len(families) < 2 or (custody and not {*custody.homes} <= {*families}):
        raise NotSharedError
    await store.write_custody(member_id, custody)
