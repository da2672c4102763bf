"""Which slots of a day go together."""

from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.domain.slots import ANY_TIME, Slot, first_excluding

MORNING = Slot("matin", "Matin", time(8, 30), time(12))
MEAL = Slot("repas", "Repas", time(12), time(13, 30))
AFTERNOON = Slot("apres-midi", "Après-midi", time(13, 30), time(17, 30))
WHOLE = Slot("journee", "Journée avec repas", time(8, 30), time(17, 30))
EVENING = Slot("soir", "Garderie du soir", time(17), time(18, 30), frozenset({"journee"}))


@pytest.mark.parametrize(
    ("one", "other", "excluded"),
    [
        (MORNING, AFTERNOON, False),
        (MORNING, MEAL, False),
        (MORNING, WHOLE, True),
        (MEAL, WHOLE, True),
        (EVENING, WHOLE, False),
        (EVENING, AFTERNOON, True),
        (ANY_TIME, MORNING, True),
        (MORNING, MORNING, False),
    ],
)
def test_overlapping_times_exclude_unless_declared_compatible(one: Slot, other: Slot, excluded: bool) -> None:
    assert one.excludes(other) is other.excludes(one) is excluded


minutes = st.integers(0, 23 * 60 + 58)
slots = st.builds(
    lambda code, begin, length, friends: Slot(
        code, code, _at(begin), _at(min(begin + length, 23 * 60 + 59)), frozenset(friends)
    ),
    st.sampled_from("abcdef"),
    minutes,
    st.integers(1, 600),
    st.sets(st.sampled_from("abcdef")),
)


def _at(minute: int) -> time:
    return time(minute // 60, minute % 60)


@given(slots, slots)
def test_exclusion_is_mutual_and_ends_when_declared_compatible(one: Slot, other: Slot) -> None:
    assert one.excludes(other) == other.excludes(one)
    assert not replace(one, compatible_with=frozenset({other.code})).excludes(other)


def test_the_first_that_excludes_is_named() -> None:
    assert first_excluding(WHOLE, [EVENING, AFTERNOON, MORNING]) == AFTERNOON
    assert first_excluding(EVENING, [MORNING, WHOLE]) is None
    assert first_excluding(None, [MORNING]) is None
