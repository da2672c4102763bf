"""Members, activities and what entitles the ones to the others."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from contracts.values import MemberKind
from planning.domain.calendars import ActivityCalendar

_ADULTS_CATEGORY = "adultes"


@dataclass(frozen=True)
class Member:
    """A family member, child or adult."""

    member_id: UUID
    kind: MemberKind
    first_name: str


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

    def is_meant_for(self, member: Member) -> bool:
        """Activities of the category «adultes» are for adults, all others for children."""
        return (self.category == _ADULTS_CATEGORY) == (member.kind is MemberKind.ADULT)


@dataclass(frozen=True)
class Price:
    """What one unit costs from a day on. The price of a higher ``sequence`` prevails from its first day on."""

    sequence: int
    effective_from: date
    unit_cents: int
    tariff_label: str


@dataclass(frozen=True)
class Entitlement:
    """A paid adhesion of a family: opens ``[valid_from, valid_until)`` of an activity to a member."""

    member_id: UUID
    activity_id: UUID
    valid_from: date
    valid_until: date
    prices: tuple[Price, ...]

    def covers(self, day: date) -> bool:
        """Whether the adhesion is in force on a day."""
        return self.valid_from <= day < self.valid_until

    def price_on(self, day: date) -> Price:
        """The price of a covered day, whatever the order in which its changes became known."""
        return max((price for price in self.prices if price.effective_from <= day), key=lambda price: price.sequence)
