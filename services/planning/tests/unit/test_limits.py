"""Who counts in what, and that no order of bookings passes a limit or takes what is reserved."""

from collections import Counter
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from contracts.values import MemberKind
from planning.domain.activities import Activity
from planning.domain.calendars import ActivityCalendar, During, SlotOpening
from planning.domain.deadlines import WeeklyDeadline
from planning.domain.groups import Group
from planning.domain.limits import EVERYONE, Limit, full_reason, limits_of, taken
from planning.domain.members import Member
from planning.domain.rules import Rule
from planning.domain.slots import ANY_TIME

DAY = date(2022, 10, 26)
LITTLE = Group("petits", "3–5 ans", 3, 5, capacity=8, reserved=4)
BIG = Group("grands", "6–11 ans", 6, 11, reserved=3)
SCHOOL = Group("jaures", "École Jaurès", schools=frozenset({"Jaurès"}), capacity=6)


def activity(*groups: Group, capacity: int | None = 12, overbooking: int = 0, **slots: SlotOpening) -> Activity:
    rule = Rule(WeeklyDeadline(3, time(12), 1))
    calendar = ActivityCalendar(
        frozenset(range(5)),
        During.ALWAYS,
        capacity,
        2,
        rule,
        rule,
        groups=groups,
        overbooking_percent=overbooking,
        slots=slots,
    )
    names = ("Centre 2022/2023", "extrascolaire", "Centre", "2022/2023")
    return Activity(new_id(), *names, date(2022, 9, 1), date(2023, 7, 8), new_id(), calendar)


def child(age: int | None, school: str | None = None) -> Member:
    birth_date = None if age is None else date(2022 - age, 1, 1)
    return Member(new_id(), MemberKind.CHILD, "Léa", birth_date, school)


def counters(member: Member, *groups: Group, **changes: object) -> dict[str, int | None]:
    return dict(limits_of(activity(*groups, **changes), member, DAY, "day"))


def test_without_groups_everyone_counts_together() -> None:
    assert counters(child(4)) == {"": 12}
    assert counters(child(4), capacity=None) == {"": None}


def test_a_group_has_its_limit_and_keeps_its_reserved_places_from_the_others() -> None:
    assert counters(child(4), LITTLE, BIG) == {"": 12, "group:petits": 8, "outside:grands": 9}
    assert counters(child(8), LITTLE, BIG) == {"": 12, "outside:petits": 8}
    assert counters(child(13), LITTLE, BIG) == {
        "": 12,
        "outside:petits": 8,
        "outside:grands": 9,
        "outside:petits+grands": 5,
    }


def test_a_school_makes_a_group_too() -> None:
    assert counters(child(4, "Jaurès"), LITTLE, SCHOOL) == {"": 12, "group:petits": 8, "group:jaures": 6}
    assert "group:jaures" not in counters(child(4, "Ferry"), SCHOOL)


def test_whose_age_is_not_known_is_of_no_age() -> None:
    assert counters(child(None), LITTLE) == {"": 12, "outside:petits": 8}


def test_a_birthday_changes_the_group_on_that_day() -> None:
    tom = Member(new_id(), MemberKind.CHILD, "Tom", date(2016, 10, 26))
    eve, birthday = (dict(limits_of(activity(LITTLE, BIG), tom, DAY.replace(day=day), "day")) for day in (25, 26))
    assert "group:petits" in eve
    assert "outside:petits" in birthday


@pytest.mark.parametrize(
    ("day", "age"),
    [(date(2021, 2, 28), 8), (date(2021, 3, 1), 9), (date(2024, 2, 28), 11), (date(2024, 2, 29), 12)],
)
def test_ages_of_who_was_born_on_29_february(day: date, age: int) -> None:
    assert Member(new_id(), MemberKind.CHILD, "Zoé", date(2012, 2, 29)).age_on(day) == age


def test_overbooking_is_counted_down_to_whole_places() -> None:
    assert counters(child(4), LITTLE, BIG, overbooking=10) == {"": 13, "group:petits": 8, "outside:grands": 10}


def test_a_slot_may_have_places_of_its_own() -> None:
    opening = SlotOpening(capacity=5)
    found = activity(LITTLE, matin=opening)
    assert dict(limits_of(found, child(8), DAY, "matin")) == {"": 5, "outside:petits": 1}
    assert dict(limits_of(found, child(8), DAY, "soir")) == {"": 12, "outside:petits": 8}


def test_the_limit_that_is_reached_is_named() -> None:
    found = activity(LITTLE, BIG).calendar

    def reason(counter: str) -> str:
        return full_reason(found, (ANY_TIME,), "day", counter)

    assert reason(EVERYONE) == "Complet : il n'y a plus de place ce jour-là."
    assert reason("group:petits").startswith("Complet pour le groupe « 3–5 ans »")
    assert reason("outside:petits+grands") == (
        "Complet : les places qui restent sont réservées à « 3–5 ans » et « 6–11 ans »."
    )


def test_free_places_are_never_below_zero() -> None:
    (place,) = taken([Limit(EVERYONE, 2)], {EVERYONE: 3})
    assert place.free == 0


disjoint_groups = st.tuples(
    *(
        st.builds(Group, st.just(f"g{n}"), st.just(f"g{n}"), st.just(n), st.just(n), capacity=limit, reserved=reserve)
        for n, limit, reserve in ((each, st.none() | st.integers(4, 12), st.integers(0, 4)) for each in range(3))
    )
)
crowds = st.lists(st.integers(0, 3), max_size=40)
"""Ages in the order of their bookings; 3 is of no group."""


def book(found: Activity, ages: list[int], booked: Counter[str]) -> Counter[int]:
    """Books one after the other who finds room in every counter; gives how many of each age did."""
    came: Counter[int] = Counter()
    for age in ages:
        limits = limits_of(found, child(age), DAY, "day")
        if all(place.free != 0 for place in taken(limits, booked)):
            booked.update(limit.counter for limit in limits)
            came[age] += 1
    return came


@given(disjoint_groups, crowds, st.integers(0, 30))
def test_no_order_of_bookings_passes_a_limit(groups: tuple[Group, ...], ages: list[int], percent: int) -> None:
    found = activity(*groups, overbooking=percent)
    came = book(found, ages, Counter())
    assert came.total() <= 12 * (100 + percent) // 100
    for age, group in enumerate(groups):
        assert group.capacity is None or came[age] <= group.capacity * (100 + percent) // 100
        outside = came.total() - came[age]
        assert outside <= 12 * (100 + percent) // 100 - group.reserved


@given(disjoint_groups, crowds)
def test_whoever_came_first_a_group_fills_its_reserved_places(groups: tuple[Group, ...], ages: list[int]) -> None:
    found, booked = activity(*groups), Counter[str]()
    came = book(found, ages, booked)
    for age, group in enumerate(groups):
        came[age] += book(found, [age] * 12, booked)[age]
        assert came[age] >= min(group.reserved, group.capacity or group.reserved)
