from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.french import (
    NO_BREAK_SPACE,
    enumeration,
    euros,
    full_date,
    full_time,
    grouped,
    long_date,
    month_of,
    of,
    short_date,
    short_time,
)


@pytest.mark.parametrize(
    ("cents", "words"),
    [
        (3400, "34,00 €"),
        (5, "0,05 €"),
        (0, "0,00 €"),
        (-1250, "−12,50 €"),
        (-5, "−0,05 €"),
        (123456789, "1 234 567,89 €"),
    ],
)
def test_amounts(cents: int, words: str) -> None:
    assert euros(cents) == words.replace(" ", NO_BREAK_SPACE)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_an_amount_reads_back(cents: int) -> None:
    figures = euros(cents).removesuffix(f"{NO_BREAK_SPACE}€").replace(NO_BREAK_SPACE, "").replace(",", "")
    assert int(figures.replace("−", "-")) == cents


def test_whole_numbers() -> None:
    assert grouped(999) == "999"
    assert grouped(-1234567) == "−1 234 567".replace(" ", NO_BREAK_SPACE)


def test_dates() -> None:
    first, second = date(2022, 9, 1), date(2022, 8, 2)
    assert short_date(first) == "01/09/2022"
    assert long_date(first) == "1er septembre 2022"
    assert long_date(second) == "2 août 2022"
    assert full_date(first) == "jeudi 1er septembre 2022"
    assert month_of(second) == "août 2022"


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_every_day_has_its_words(day: date) -> None:
    assert full_date(day).endswith(month_of(day))
    assert month_of(day).endswith(str(day.year))


@pytest.mark.parametrize(
    ("moment", "short", "full"),
    [(time(12), "12h", "12h00"), (time(23, 59), "23h59", "23h59"), (time(0, 5), "0h05", "0h05")],
)
def test_times(moment: time, short: str, full: str) -> None:
    assert short_time(moment) == short
    assert full_time(moment) == full


def test_enumerations() -> None:
    assert enumeration(["le lundi"]) == "le lundi"
    assert enumeration(["le lundi", "le mardi"]) == "le lundi et le mardi"
    assert enumeration(["le lundi", "le mardi", "le jeudi"]) == "le lundi, le mardi et le jeudi"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Louis", "de Louis"),
        ("Estelle", "d'Estelle"),
        ("Élodie", "d'Élodie"),
        ("Hugo", "d'Hugo"),
        ("Yves", "d'Yves"),
        ("Yasmine", "de Yasmine"),
        ("octobre 2022", "d'octobre 2022"),
        ("septembre 2022", "de septembre 2022"),
    ],
)
def test_de_is_elided_before_a_vowel(name: str, expected: str) -> None:
    assert of(name) == expected
