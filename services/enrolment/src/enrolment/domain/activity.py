"""Activities: what a season offers, to whom, at which tariff."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from contracts.values import MemberKind
from enrolment.domain.pricing import Tariff
from enrolment.domain.slots import Slot


@dataclass(frozen=True)
class Regie:
    """The cash office that invoices and collects."""

    regie_id: UUID
    name: str


@dataclass(frozen=True)
class Audience:
    """Who an activity is for. Ages are in whole years on the season's opening day, bounds included.

    No school named means any school.
    """

    member_kind: MemberKind
    min_age: int | None
    max_age: int | None
    schools: tuple[str, ...]


@dataclass(frozen=True)
class Activity:
    """An activity of one season ``[opens_on, closes_on)``. Without slots it is booked for whole days."""

    activity_id: UUID
    name: str
    element_name: str
    description: str
    category: str
    season: str
    opens_on: date
    closes_on: date
    regie: Regie
    immediate_payment: bool
    audience: Audience
    tariff: Tariff
    slots: tuple[Slot, ...] = ()

    def validity_from(self, day: date) -> date:
        """First day of an adhesion that is paid on ``day``: the opening, or that day when later."""
        return min(max(self.opens_on, day), self.closes_on)
