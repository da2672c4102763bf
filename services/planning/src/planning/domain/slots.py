"""The parts of the day for which an activity is booked (*créneaux*), and the keys that name them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import NamedTuple
from uuid import UUID

from contracts.values import WHOLE_DAY


@dataclass(frozen=True)
class Slot:
    """A part of the day, local times; None: the activity does not say."""

    code: str
    name: str
    from_time: time | None = None
    until_time: time | None = None
    compatible_with: frozenset[str] = frozenset()

    def excludes(self, other: "Slot") -> bool:
        """Whether nobody can have both on a day: their times overlap and neither names the other as compatible."""
        if self.code == other.code or other.code in self.compatible_with or self.code in other.compatible_with:
            return False
        return self.overlaps(other)

    def overlaps(self, other: "Slot") -> bool:
        """Whether there is an instant at which both take place."""
        return self.takes_place_at(other.begins) or other.takes_place_at(self.begins)

    @property
    def begins(self) -> time:
        """When it begins; at midnight when it does not say."""
        return self.from_time or time.min

    def takes_place_at(self, instant: time) -> bool:
        """A slot without times is the whole day."""
        if self.from_time is None or self.until_time is None:
            return True
        return self.from_time <= instant < self.until_time


ANY_TIME = Slot(WHOLE_DAY, "Journée")
"""The one slot of an activity that has none of its own."""


class DaySlot(NamedTuple):
    """One slot of one day."""

    day: date
    slot: str = WHOLE_DAY


class ActivitySlot(NamedTuple):
    """What places are counted by."""

    activity_id: UUID
    day: date
    slot: str

    @property
    def when(self) -> DaySlot:
        """The slot of the day."""
        return DaySlot(self.day, self.slot)


class MemberSlot(NamedTuple):
    """What a reservation is of."""

    member_id: UUID
    activity_id: UUID
    day: date
    slot: str

    @property
    def when(self) -> DaySlot:
        """The slot of the day."""
        return DaySlot(self.day, self.slot)

    @property
    def place(self) -> ActivitySlot:
        """Where the place is."""
        return ActivitySlot(self.activity_id, self.day, self.slot)


def first_excluding(slot: Slot | None, others: Iterable[Slot]) -> Slot | None:
    """The first of these that cannot go with a slot on one day."""
    return next((other for other in others if slot and slot.excludes(other)), None)
