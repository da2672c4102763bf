"""User names of guardians."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.domain.user_names import fold, free_user_name, wanted_user_name


@pytest.mark.parametrize(
    ("first_name", "last_name", "expected"),
    [
        ("Élodie", "Martin", "elodie.martin"),
        ("Jean-Pierre", "de la Tour", "jean-pierre.de-la-tour"),
        ("Anne", "D'Arc", "anne.darc"),
        ("Zoë", "Lœuillet", "zoe.loeuillet"),
        ("Łukasz", "Strauß", "lukasz.strauss"),
        ("Ольга", "Martin", "martin"),
        ("Ольга", "Иванова", "parent"),
    ],
)
def test_names_become_ascii(first_name: str, last_name: str, expected: str) -> None:
    assert wanted_user_name(first_name, last_name) == expected


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_name_gives_a_user_name_the_table_accepts(first_name: str, last_name: str) -> None:
    name = wanted_user_name(first_name, last_name)
    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name)
    assert len(name) <= 61
    assert fold(name) == name


@given(st.integers(0, 30))
def test_the_smallest_free_number_is_taken(count: int) -> None:
    taken: set[str] = set()
    for _ in range(count):
        taken.add(free_user_name("a.b", taken))
    assert taken == {"a.b" if number == 1 else f"a.b{number}" for number in range(1, count + 1)}


def test_what_is_typed_finds_the_user_name() -> None:
    assert fold("  Élodie.MARTIN ") == "elodie.martin"
