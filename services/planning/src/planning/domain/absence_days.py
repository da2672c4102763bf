"""Which booked days make one absence. Days of grace are counted along it, in whatever order they were announced."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from contracts.values import AttendanceState
from planning.domain.absence_policy import AbsencePolicy, AbsenceReason
from planning.domain.absences import Decision, decide
from planning.domain.slots import DaySlot

LONGEST_BEFORE = timedelta(days=31)
"""How far back one looks for the beginning of an absence, and so how far ahead a day that is announced is felt."""


@dataclass(frozen=True)
class BookedSlot:
    """A slot that a family booked for a member, and what is known of its absence.

    ``came``: the list of the day says that the member was there. ``reason``: of the absence that was announced.
    """

    reservation_id: UUID
    when: DaySlot
    attendance: AttendanceState | None = None
    billed: bool = True
    came: bool = False
    reason: AbsenceReason | None = None

    @property
    def is_in_grace(self) -> bool:
        """Whether its absence is excused, and billed only as one of the first days of an absence."""
        return self.attendance is AttendanceState.ABSENT_JUSTIFIED and self.billed and not self.came


@dataclass(frozen=True)
class Judgement:
    """By reservation: what becomes of the days ``announced`` now, and of earlier ones that are ``reconsidered``."""

    announced: Mapping[UUID, Decision]
    reconsidered: Mapping[UUID, Decision]


def judge_absences(
    policy: AbsencePolicy, booked: Sequence[BookedSlot], whens: Set[DaySlot], reason: AbsenceReason
) -> Judgement:
    """Decides slots that are announced now, beside all others booked of the member and activity around them.

    Days announced earlier and billed only as days of grace are decided again where the absence is now seen to have
    begun before them; nothing else that was decided changes, and nothing becomes worse.
    """
    before, since = _absent_days(booked), _absent_days(booked, whens)
    announced, reconsidered = {}, {}
    for slot in booked:
        count = days_absent_before(slot.when.day, since)
        if slot.when in whens:
            announced[slot.reservation_id] = decide(policy, reason, count)
        elif slot.is_in_grace and slot.reason and count > days_absent_before(slot.when.day, before):
            decision = decide(policy, slot.reason, count)
            if not decision.billed or decision.state is AttendanceState.ABSENCE_ANNOUNCED:
                reconsidered[slot.reservation_id] = decision
    return Judgement(announced, reconsidered)


def days_absent_before(day: date, booked: Mapping[date, bool]) -> int:
    """How many booked days just before ``day`` were absent without one of presence in between.

    ``booked``: each day with whether the member was, or is said to be, absent.
    """
    count = 0
    for earlier in sorted((each for each in booked if day - LONGEST_BEFORE <= each < day), reverse=True):
        if not booked[earlier]:
            break
        count += 1
    return count


def _absent_days(booked: Sequence[BookedSlot], whens: Set[DaySlot] = frozenset()) -> dict[date, bool]:
    """A day is absent when nothing of what is booked on it is attended."""
    days: dict[date, bool] = {}
    for slot in booked:
        absent = not slot.came and (slot.attendance is not None or slot.when in whens)
        days[slot.when.day] = days.get(slot.when.day, True) and absent
    return days
