"""The card form and the demonstration cards."""

from datetime import date

import pytest

from bank_simulator.cards import REFUSALS, TEST_CARDS, Card, luhn_valid, read_card
from bank_simulator.model import Outcome
from bank_simulator.rendering import euros

TODAY = date(2022, 7, 4)


@pytest.mark.parametrize("card", TEST_CARDS, ids=lambda card: card.number)
def test_each_demonstration_card_can_be_typed_as_shown(card):
    read = read_card(card.grouped, "12/30", "123", TODAY)
    assert isinstance(read, Card)
    assert (read.outcome, read.frictionless) == (card.outcome, card.frictionless)
    assert card.outcome is Outcome.ACCEPTED or card.outcome in REFUSALS


@pytest.mark.parametrize(
    ("number", "expiry", "security_code", "wrong"),
    [
        ("", "12/30", "123", {"number"}),
        ("4012001037141113", "12/30", "123", {"number"}),
        ("4012", "12/30", "123", {"number"}),
        ("4012001037141112", "13/30", "123", {"expiry"}),
        ("4012001037141112", "06/22", "123", {"expiry"}),
        ("4012001037141112", "", "123", {"expiry"}),
        ("4012001037141112", "12/30", "12", {"security_code"}),
        ("٤٠١٢٠٠١٠٣٧١٤١١١٢", "١٢/٣٠", "١٢٣", {"number", "expiry", "security_code"}),
    ],
)
def test_each_wrong_field_has_its_message(number, expiry, security_code, wrong):
    errors = read_card(number, expiry, security_code, TODAY)
    assert isinstance(errors, dict)
    assert set(errors) == wrong


@pytest.mark.parametrize(("typed", "yymm"), [("07/22", "2207"), ("0722", "2207"), (" 07 / 2022 ", "2207")])
def test_a_card_is_valid_to_the_end_of_its_month(typed, yymm):
    read = read_card("4012001037141112", typed, "123", TODAY)
    assert isinstance(read, Card)
    assert read.summary.expiry_yymm == yymm


def test_a_card_never_shows_its_number():
    read = read_card("4012001037141112", "12/30", "123", TODAY)
    assert "401200103714" not in repr(read) + repr(read.summary)


def test_luhn_refuses_a_swap_of_neighbours():
    assert luhn_valid("4012001037141112")
    assert not luhn_valid("4012001037141121")


@pytest.mark.parametrize(("cents", "text"), [(3400, "34,00"), (5, "0,05"), (123456789, "1\xa0234\xa0567,89")])
def test_amounts_are_written_as_in_french(cents, text):
    assert euros(cents) == text
