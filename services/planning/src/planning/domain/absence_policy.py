"""What the town decides about absences of an activity's booked days."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from planning.domain.supplements import Rates


class AbsenceReason(StrEnum):
    """Why a member is absent, as its family says."""

    ILLNESS = "illness"
    SCHOOL_CLOSED = "school_closed"
    TEACHER_ABSENT = "teacher_absent"
    STRIKE = "strike"
    OUTING = "outing"
    OTHER = "other"


@dataclass(frozen=True)
class EarlierRates:
    """Rates that held for the days before ``until``."""

    until: date
    rates: Rates


@dataclass(frozen=True)
class AbsencePolicy:
    """An activity's rule. Without a decision of the town, an absence can be announced, and stays billed.

    ``excused``: reasons for which days are not billed; ``on_proof``: those of them that the town hall decides itself,
    once it has seen a document. ``grace_days``: the first booked days of an absence, which stay billed all the same.
    ``days_to_announce``: calendar days after a day during which its absence can still be announced.
    ``rates``: what the list of the day adds to the bill; ``earlier``: what it added before, the oldest first.
    """

    excused: frozenset[AbsenceReason] = frozenset()
    on_proof: frozenset[AbsenceReason] = frozenset()
    grace_days: int = 0
    days_to_announce: int = 2
    rates: Rates = field(default_factory=Rates)
    earlier: tuple[EarlierRates, ...] = ()

    def rates_on(self, day: date) -> Rates:
        """What held on a day, whenever its list is ticked or corrected."""
        return next((each.rates for each in self.earlier if day < each.until), self.rates)

    def can_be_announced(self, day: date, today: date) -> bool:
        """Whether the absence of a day can still be announced."""
        return today <= day + timedelta(days=self.days_to_announce)

    def in_place_of(self, before: "AbsencePolicy", today: date) -> "AbsencePolicy":
        """This policy from today on; its rates from tomorrow on: no family could know them on the days before."""
        tomorrow = today + timedelta(days=1)
        if before.rates == self.rates or (before.earlier and before.earlier[-1].until == tomorrow):
            return replace(self, earlier=before.earlier)
        return replace(self, earlier=(*before.earlier, EarlierRates(tomorrow, before.rates)))
