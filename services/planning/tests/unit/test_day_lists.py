"""Parts of a list of the day, and names as people type them."""

from datetime import date

import pytest

from chassis.ids import new_id
from contracts.values import MemberKind
from planning.domain.day_lists import Listed, Part, expected_by_group, expected_by_school, is_called
from planning.domain.groups import Group
from planning.domain.members import Member

MONDAY = date(2022, 9, 5)
SMALL = Group("petits", "3–5 ans", from_age=3, to_age=5)


def child(born: date | None = date(2018, 1, 15), school: str | None = "Verne") -> Member:
    return Member(new_id(), MemberKind.CHILD, "Louis", born, school)


def test_a_part_is_of_a_school_and_of_a_group() -> None:
    assert Part().includes(child(school=None), MONDAY)
    assert Part("Verne", SMALL).includes(child(), MONDAY)
    assert not Part("Pagnol", SMALL).includes(child(), MONDAY)
    assert not Part("Verne", SMALL).includes(child(born=date(2012, 1, 15)), MONDAY)
    assert not Part(group=SMALL).includes(child(born=None), MONDAY), "no age is known"


def test_no_school_is_a_part_too() -> None:
    assert Part("").includes(child(school=None), MONDAY)
    assert not Part("").includes(child(), MONDAY)


def test_parts_count_who_is_expected_and_name_those_of_whom_nobody_is() -> None:
    listed = [Listed(child(), True), Listed(child(), False), Listed(child(school="École Pagnol"), False)]
    assert expected_by_school([*listed, Listed(child(school=None), True)]) == [
        ("École Pagnol", 0),
        ("Verne", 1),
        ("", 1),
    ]
    assert expected_by_group(listed, [SMALL], MONDAY) == [(SMALL, 1)]


@pytest.mark.parametrize("words", ["lefevre", "LÉA", "  léa  Lefèvre ", "lef le", ""])
def test_names_are_found_as_they_are_typed(words) -> None:
    assert is_called("Lefèvre Léa", words)


def test_every_word_counts() -> None:
    assert not is_called("Lefèvre Léa", "lefevre louis")
