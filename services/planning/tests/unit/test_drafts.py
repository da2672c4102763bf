"""The difference between what is wanted and what is booked."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from planning.domain.drafts import DaysOutsidePeriodError, Wish, newly_asked, wanted_changes
from planning.domain.rules import Action
from planning.domain.slots import DaySlot

days = st.frozensets(
    st.builds(DaySlot, st.dates(date(2022, 9, 1), date(2022, 9, 30)), st.sampled_from(["day", "morning", "afternoon"]))
)


@given(wanted=days, booked=days)
def test_what_is_booked_with_the_changes_is_what_is_wanted(
    wanted: frozenset[DaySlot], booked: frozenset[DaySlot]
) -> None:
    after = set(booked)
    for when, action in wanted_changes(wanted, booked).items():
        (after.add if action is Action.BOOK else after.remove)(when)
    assert after == wanted


@given(wanted=days, booked=days)
def test_asking_for_the_same_again_asks_nothing_new(wanted: frozenset[DaySlot], booked: frozenset[DaySlot]) -> None:
    changes = wanted_changes(wanted, booked)
    assert newly_asked(changes, changes) == {}
    assert newly_asked(changes, {}) == changes


@pytest.mark.parametrize("day", [date(2022, 8, 31), date(2022, 10, 1)])
def test_a_day_belongs_to_its_half_open_period(day: date) -> None:
    with pytest.raises(DaysOutsidePeriodError):
        Wish(new_id(), new_id(), (date(2022, 9, 1), date(2022, 10, 1)), frozenset({DaySlot(day)}))
