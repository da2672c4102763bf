"""Activities and what entitles members to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from contracts.values import MemberKind
from planning.domain.absence_policy import AbsencePolicy
from planning.domain.calendars import ActivityCalendar
from planning.domain.members import Member
from planning.domain.slots import ANY_TIME, Slot
from planning.domain.waiting_rules import WaitingRules

if TYPE_CHECKING:
    from planning.domain.limits import Limit

_ADULTS_CATEGORY = "adultes"


@dataclass(frozen=True)
class Activity:
    """An activity of a season, the half-open period ``[opens_on, closes_on)``. Without calendar it is closed."""

    activity_id: UUID
    name: str
    category: str
    element_name: str
    season: str
    opens_on: date
    closes_on: date
    regie_id: UUID
    calendar: ActivityCalendar | None
    slots: tuple[Slot, ...] = (ANY_TIME,)
    common_limits: "dict[str, tuple[Limit, ...]]" = field(default_factory=dict, init=False, repr=False, compare=False)
    """Of each slot, where there are no groups: worked out once (``limits_of``)."""

    @property
    def has_slots(self) -> bool:
        """Whether a day is booked by parts that have names."""
        return self.slots != (ANY_TIME,)

    @cached_property
    def shares_places(self) -> bool:
        """Whether slots that overlap share one room."""
        return self.calendar is not None and self.calendar.shared_places

    @property
    def waiting(self) -> WaitingRules:
        """Of its waiting list; what holds without a decision of the town when it has no calendar."""
        return self.calendar.waiting if self.calendar else WaitingRules()

    @property
    def absences(self) -> AbsencePolicy:
        """Of its absences; the same."""
        return self.calendar.absences if self.calendar else AbsencePolicy()

    def slot(self, code: str) -> Slot | None:
        """The slot of a code, None when the activity does not (any more) offer it."""
        return self._slots_by_code.get(code)

    @cached_property
    def _slots_by_code(self) -> dict[str, Slot]:
        return {slot.code: slot for slot in self.slots}

    def starts(self, code: str) -> time | None:
        """When a slot begins, local time; None when it does not say."""
        slot = self.slot(code)
        return slot.from_time if slot else None

    def late_after(self, code: str, day: date) -> time | None:
        """When a slot ends, local time, where leaving later is billed on that day; else None."""
        slot = self.slot(code)
        return slot.until_time if slot and self.absences.rates_on(day).late.cents else None

    @property
    def first_start(self) -> time | None:
        """When the first slot of a day begins."""
        return min((slot.from_time for slot in self.slots if slot.from_time), default=None)

    def element_of(self, code: str) -> str:
        """What one booked slot is called: «Cantine», «Centre de loisirs – Matin»."""
        slot = self.slot(code)
        return f"{self.element_name} – {slot.name}" if slot and self.has_slots else self.element_name

    def excluded_with(self, code: str) -> tuple[str, ...]:
        """The codes of the slots that cannot go with this one on a day."""
        slot = self.slot(code)
        return tuple(other.code for other in self.slots if slot and slot.excludes(other))

    def is_meant_for(self, member: Member) -> bool:
        """Activities of the category «adultes» are for adults, all others for children."""
        return (self.category == _ADULTS_CATEGORY) == (member.kind is MemberKind.ADULT)


@dataclass(frozen=True)
class Price:
    """What one unit costs from a day on. The price of a higher ``sequence`` prevails from its first day on.

    ``slot_cents`` has the units of slots that have a price of their own.
    """

    sequence: int
    effective_from: date
    unit_cents: int
    tariff_label: str
    slot_cents: Mapping[str, int] = field(default_factory=dict)

    def cents_of(self, slot: str) -> int:
        """Cents for one unit of a slot."""
        return self.slot_cents.get(slot, self.unit_cents)


@dataclass(frozen=True)
class Entitlement:
    """A paid adhesion of a family: opens ``[valid_from, valid_until)`` of an activity to a member."""

    member_id: UUID
    activity_id: UUID
    valid_from: date
    valid_until: date
    prices: tuple[Price, ...]

    @property
    def last_day(self) -> date:
        """The last day on which the adhesion is in force."""
        return self.valid_until - timedelta(days=1)

    def covers(self, day: date) -> bool:
        """Whether the adhesion is in force on a day."""
        return self.valid_from <= day < self.valid_until

    def price_on(self, day: date) -> Price:
        """The price of a covered day, whatever the order in which its changes became known."""
        if len(self.prices) == 1:
            return self.prices[0]
        return max((price for price in self.prices if price.effective_from <= day), key=lambda price: price.sequence)


def in_force(entitlements: Iterable[Entitlement], day: date) -> Entitlement | None:
    """The one that counts on a day: of those that cover it, the one that began last."""
    found = None
    for entitlement in entitlements:
        if entitlement.covers(day) and (found is None or entitlement.valid_from > found.valid_from):
            found = entitlement
    return found
