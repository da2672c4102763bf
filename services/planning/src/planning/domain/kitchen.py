"""How many are expected at a meal or a slot, and from when on the number cannot change any more."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from contracts.values import Diet
from planning.domain.activities import Activity
from planning.domain.calendars import Holidays
from planning.domain.rules import closes_at
from planning.domain.slots import DaySlot


@dataclass(frozen=True)
class Portions:
    """Expected members of one school and diet in a slot of a day, by age on that day.

    ``school`` is empty when not known; ``unknown_age``: those whose birth date is not known.
    """

    day: date
    activity_id: UUID
    activity_name: str
    slot: str
    slot_name: str | None
    school: str
    diet: Diet
    under_6: int
    from_6_to_11: int
    from_12: int
    unknown_age: int

    @property
    def total(self) -> int:
        """All ages."""
        return self.under_6 + self.from_6_to_11 + self.from_12 + self.unknown_age


DIET_WORDS = {Diet.STANDARD: "ordinaire", Diet.WITHOUT_MEAT: "sans viande", Diet.OWN_MEAL: "repas apporté"}


def final_from(activity: Activity, when: DaySlot, holidays: Holidays, time_zone: str) -> datetime | None:
    """The last instant at which families may still book or cancel a slot; None without calendar."""
    calendar = activity.calendar
    if calendar is None:
        return None
    rules = (calendar.booking_rule, calendar.cancelling_rule)
    starts = activity.starts(when.slot)
    return max(closes_at(rule, when.day, holidays, time_zone, starts) for rule in rules)
