from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.document import printable_color
from billing.domain.words import LABEL_LENGTH, days_in_figures, line_label, payment_label


def test_the_guides_days() -> None:
    assert days_in_figures([date(2022, 9, day) for day in (6, 1, 5, 2)]) == "01, 02, 05, 06/09/2022"


def test_days_of_several_months() -> None:
    assert days_in_figures([date(2022, 10, 3), date(2022, 9, 29), date(2022, 9, 30)]) == "29, 30/09/2022 – 03/10/2022"


def test_given_back_days_say_so() -> None:
    assert line_label("Cantine", -2) == "Annulation – Cantine"


def test_labels_name_the_invoices() -> None:
    assert payment_label(["2209001"]) == "Facture 2209001"
    assert payment_label(["2209001", "2209002"]) == "Factures 2209001, 2209002"
    assert payment_label([f"22090{n:02d}" for n in range(12)]).endswith("2209008 et 3 autres")


@given(st.lists(st.from_regex(r"[0-9]{7,8}", fullmatch=True), min_size=1, max_size=99))
def test_a_label_always_fits_a_bank_page(numbers: list[str]) -> None:
    label = payment_label(numbers)
    assert len(label) <= LABEL_LENGTH
    assert numbers[0] in label


@pytest.mark.parametrize(("color", "printed"), [("#1F5c99", "#1F5c99"), ("red", "#1f3a5f"), ("#12345", "#1f3a5f")])
def test_only_colours_reach_the_document(color: str, printed: str) -> None:
    assert printable_color(color) == printed
