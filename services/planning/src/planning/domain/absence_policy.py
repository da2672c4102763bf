"""What the town decides about absences of an activity's booked days."""

from dataclasses import dataclass
from enum import StrEnum


class AbsenceReason(StrEnum):
    """Why a member is absent, as its family says."""

    ILLNESS = "illness"
    SCHOOL_CLOSED = "school_closed"
    TEACHER_ABSENT = "teacher_absent"
    STRIKE = "strike"
    OUTING = "outing"
    OTHER = "other"


@dataclass(frozen=True)
class AbsencePolicy:
    """An activity's rule. Without a decision of the town, an absence can be announced, and stays billed.

    ``excused``: reasons for which days are not billed; ``on_proof``: those of them that the town hall decides itself,
    once it has seen a document. ``grace_days``: the first booked days of an absence, which stay billed all the same.
    ``days_to_announce``: calendar days after a day during which its absence can still be announced.
    ``unbooked_percent``: of the price of a booked slot, for who comes without booking; 0: the portal does not bill it.
    """

    excused: frozenset[AbsenceReason] = frozenset()
    on_proof: frozenset[AbsenceReason] = frozenset()
    grace_days: int = 0
    days_to_announce: int = 2
    unbooked_percent: int = 0


def unbooked_cents(policy: AbsencePolicy, unit_price_cents: int) -> int:
    """What is billed for a presence without booking, rounded to the cent; 0 where the portal does not bill it."""
    return (unit_price_cents * policy.unbooked_percent + 50) // 100
