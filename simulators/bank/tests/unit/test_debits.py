"""The direct debit's form and the demonstration accounts."""

import pytest

from bank_simulator.debits import TEST_ACCOUNTS, Debit, iban_valid, read_debit


@pytest.mark.parametrize("account", TEST_ACCOUNTS, ids=lambda account: account.label)
def test_each_demonstration_account_can_be_typed_as_shown(account):
    read = read_debit("Claire Martin", account.grouped.lower())
    assert isinstance(read, Debit)
    assert read.outcome is account.outcome


@pytest.mark.parametrize(
    ("holder", "iban", "wrong"),
    [
        ("", "FR7630001007941234567890185", {"holder"}),
        ("Claire", "", {"iban"}),
        ("Claire", "FR76 3000 1007", {"iban"}),
        ("Claire", "FR7630001007941234567890186", {"iban"}),
        (" ", "٤٤٤", {"holder", "iban"}),
    ],
)
def test_each_wrong_field_has_its_message(holder, iban, wrong):
    errors = read_debit(holder, iban)
    assert isinstance(errors, dict)
    assert set(errors) == wrong


def test_an_account_never_shows_its_number():
    assert "30001007" not in repr(read_debit("Claire", "FR7630001007941234567890185"))


def test_check_digits_refuse_a_swap_of_neighbours():
    assert iban_valid("FR7630001007941234567890185")
    assert not iban_valid("FR7630001007941234567890158")
