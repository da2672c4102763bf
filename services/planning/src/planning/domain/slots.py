"""The moments of a day for which an activity is booked (*créneaux*), and the keys that name them."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from contracts.values import WHOLE_DAY


class DaySlot(NamedTuple):
    """One slot of one day. An activity without slots of its own has the one slot ``WHOLE_DAY``."""

    day: date
    slot: str = WHOLE_DAY


class ActivitySlot(NamedTuple):
    """What places are counted by."""

    activity_id: UUID
    day: date
    slot: str


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
