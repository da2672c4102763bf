"""Days of grace are those at the beginning of an absence, whatever was announced first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from contracts.values import AttendanceState
from planning.domain.absence_days import BookedSlot, days_absent_before, judge_absences
from planning.domain.absence_policy import AbsencePolicy, AbsenceReason
from planning.domain.slots import DaySlot

MONDAY = date(2022, 9, 5)
ILLNESS, STRIKE, OTHER = AbsenceReason.ILLNESS, AbsenceReason.STRIKE, AbsenceReason.OTHER
POLICY = AbsencePolicy(frozenset({ILLNESS, STRIKE}), frozenset({ILLNESS}), grace_days=1)
ANNOUNCED, JUSTIFIED, UNJUSTIFIED = AttendanceState


class Announced(NamedTuple):
    """What is announced together."""

    reason: AbsenceReason
    whens: frozenset[DaySlot]


def booked(*numbers: int, **known: object) -> list[BookedSlot]:
    return [BookedSlot(new_id(), _on(number), **known) for number in numbers]


def _on(number: int, slot: str = "day") -> DaySlot:
    return DaySlot(MONDAY + timedelta(days=number), slot)


def announce(policy: AbsencePolicy, slots: Sequence[BookedSlot], *all_announced: Announced) -> list[BookedSlot]:
    """The slots once these were announced, one announcement after the other."""
    for reason, whens in all_announced:
        judged = judge_absences(policy, slots, whens, reason)
        assert not judged.announced.keys() & judged.reconsidered.keys()
        slots = [
            replace(each, attendance=decision.state, billed=decision.billed, reason=each.reason or reason)
            if (decision := (judged.announced | judged.reconsidered).get(each.reservation_id))
            else each
            for each in slots
        ]
    return list(slots)


def strike(*numbers: int) -> Announced:
    return Announced(STRIKE, frozenset(_on(number) for number in numbers))


def billed(slots: Sequence[BookedSlot]) -> list[bool]:
    return [each.billed for each in slots]


@pytest.mark.parametrize("order", [[strike(0, 1)], [strike(0), strike(1)], [strike(1), strike(0)]])
def test_the_first_day_alone_is_billed_in_whatever_order_they_are_announced(order: list[Announced]) -> None:
    assert billed(announce(POLICY, booked(0, 1, 3), *order)) == [True, False, True]


def test_a_day_in_between_that_was_attended_begins_another_absence() -> None:
    there = booked(1, came=True)
    assert billed(announce(POLICY, booked(0, 2) + there, strike(2), strike(0))) == [True, True, True]


def test_a_day_is_absent_only_when_all_that_is_booked_on_it_is() -> None:
    evening = BookedSlot(new_id(), _on(0, "soir"))
    slots = announce(POLICY, [*booked(0, 1), evening], strike(1), strike(0))
    assert billed(slots) == [True, True, True], "it came in the evening"
    assert billed(announce(POLICY, slots, Announced(STRIKE, frozenset({evening.when})))) == [True, False, True]


def test_what_asks_for_proof_waits_for_the_town_hall_once_it_is_no_day_of_grace() -> None:
    ill = Announced(ILLNESS, frozenset({_on(1)}))
    (_, second) = announce(POLICY, booked(0, 1), ill, strike(0))
    assert (second.attendance, second.billed) == (ANNOUNCED, True)


def test_what_was_decided_otherwise_stays() -> None:
    decided = booked(1, attendance=UNJUSTIFIED, reason=ILLNESS) + booked(2, attendance=ANNOUNCED, reason=ILLNESS)
    came = booked(3, attendance=JUSTIFIED, reason=STRIKE, came=True)
    assert judge_absences(POLICY, booked(0) + decided + came, {_on(0)}, STRIKE).reconsidered == {}


def test_a_policy_that_became_stricter_makes_nothing_worse() -> None:
    in_grace = booked(1, attendance=JUSTIFIED, reason=STRIKE)
    assert judge_absences(AbsencePolicy(), booked(0) + in_grace, {_on(0)}, STRIKE).reconsidered == {}


def test_an_absence_that_does_not_reach_a_day_leaves_it_as_the_policy_of_then_said() -> None:
    in_grace = booked(1, attendance=JUSTIFIED, reason=STRIKE)
    later = replace(POLICY, grace_days=0)
    assert judge_absences(later, in_grace + booked(2), {_on(2)}, STRIKE).reconsidered == {}


def test_days_in_a_row_are_counted_back_to_the_last_presence_and_a_month_at_most() -> None:
    days = {_on(number).day: absent for number, absent in ((0, True), (1, False), (4, True), (5, True), (36, True))}
    assert [days_absent_before(day, days) for day in days] == [0, 1, 0, 1, 1]


@st.composite
def announcing(draw: st.DrawFn) -> tuple[AbsencePolicy, list[BookedSlot], list[list[Announced]]]:
    """A policy, what is booked, and the same absences announced in two ways."""
    reasons = st.sampled_from([ILLNESS, STRIKE, OTHER])
    policy = AbsencePolicy(frozenset({ILLNESS, STRIKE}), frozenset({ILLNESS}), draw(st.integers(0, 4)))
    days = st.sampled_from([*range(7), 38, 39])
    whens = draw(st.lists(st.builds(_on, days, st.sampled_from(["matin", "soir"])), unique=True, max_size=9))
    slots = [BookedSlot(new_id(), when, came=draw(st.integers(0, 5)) == 0) for when in whens]
    absent = [(each.when, draw(reasons)) for each in slots if not each.came and draw(st.integers(0, 3)) > 0]
    return policy, slots, [_in_some_order(draw, absent) for _ in range(2)]


def _in_some_order(draw: st.DrawFn, absent: list[tuple[DaySlot, AbsenceReason]]) -> list[Announced]:
    groups: dict[tuple[AbsenceReason, int], set[DaySlot]] = {}
    for when, reason in draw(st.permutations(absent)):
        groups.setdefault((reason, draw(st.integers(0, 3))), set()).add(when)
    return [Announced(reason, frozenset(whens)) for (reason, _), whens in draw(st.permutations(list(groups.items())))]


@given(announcing())
def test_any_order_of_announcing_ends_with_the_same_decisions(case) -> None:
    policy, slots, (one, other) = case
    assert announce(policy, slots, *one) == announce(policy, slots, *other)


def _burden(slot: BookedSlot) -> tuple[bool, bool]:
    return slot.billed, slot.attendance is UNJUSTIFIED


@given(announcing())
def test_announcing_never_makes_an_earlier_decision_worse(case) -> None:
    policy, slots, (order, _) = case
    for announced in order:
        later = announce(policy, slots, announced)
        for before, after in zip(slots, later, strict=True):
            if before.attendance is not None:
                assert _burden(before) >= _burden(after)
        slots = later
