"""Amounts as people type them."""

import pytest

from web.town_hall.amounts import as_typed, cents_of


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("12", 1200), ("12,5", 1250), ("12.05", 1205), (" 1 234,50 € ", 123450), ("1\xa0234,50\xa0€", 123450), ("0", 0)],
)
def test_amounts_are_read(typed: str, cents: int) -> None:
    assert cents_of(typed) == cents


@pytest.mark.parametrize("typed", ["", "douze", "-5", "1,234", "1.2.3", "12,", "99999999", "１２"])
def test_what_is_no_amount_is_not_read(typed: str) -> None:
    assert cents_of(typed) is None


@pytest.mark.parametrize("cents", [1, 10, 1250, 123456])
def test_what_is_shown_is_read_back(cents: int) -> None:
    assert cents_of(as_typed(cents)) == cents
