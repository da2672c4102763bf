"""Every refusal of every bank is a sentence that says why and what to do."""

import pytest

from payment_gateway.adapters.paybox import refusals as paybox
from payment_gateway.adapters.payfip import orders as payfip
from payment_gateway.adapters.payzen import statuses as payzen
from payment_gateway.domain import card_refusals
from payment_gateway.domain.outcome import NOTHING_TAKEN, Meaning, OutcomeKind

_WHAT_TO_DO = (
    "Recommencez",
    "recommencez",
    "Utilisez",
    "utilisez",
    "Prévenez",
    "Réessayez",
    "Vérifiez",
    "appeliez",
    "prenez",
)
CARD_CODES = sorted(card_refusals._SENTENCES)


def check(meaning: Meaning) -> None:
    assert meaning.kind is OutcomeKind.REFUSED
    assert meaning.sentence
    assert meaning.sentence.endswith(NOTHING_TAKEN)
    assert any(words in meaning.sentence for words in _WHAT_TO_DO), meaning.sentence


@pytest.mark.parametrize("code", CARD_CODES)
def test_the_card_schemes_codes_through_each_bank(code: str) -> None:
    check(paybox.meaning_of(f"001{code}"))
    check(payzen.meaning_of("REFUSED", code, "DEBIT"))
    assert paybox.meaning_of(f"001{code}").sentence == payzen.meaning_of("REFUSED", code, None).sentence


@pytest.mark.parametrize("code", sorted(paybox._BANK_REFUSALS))
def test_payboxs_own_codes(code: str) -> None:
    check(paybox.meaning_of(code))


@pytest.mark.parametrize("code", ["00195", "12345", "00002"])
def test_a_code_nobody_listed(code: str) -> None:
    check(paybox.meaning_of(code))
    check(payzen.meaning_of("REFUSED", code, None))


@pytest.mark.parametrize("code", [payfip.CARD_REFUSED, payfip.DEBIT_REFUSED])
def test_payfips_results(code: str) -> None:
    check(payfip._MEANINGS[code])


@pytest.mark.parametrize("code", ["61", "65"])
def test_a_ceiling_is_called_one(code: str) -> None:
    assert "atteint" in card_refusals.card_refusal(code)
