"""Files for spreadsheets."""

import csv
import io
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.spreadsheet import MARK, Amount, csv_rows

FORMULAS = ["=1+1", "+33 6 00", "-2", "@SUM(A1)", "\tx", "\rx", "=cmd|' /C calc'!A0", " =1+1", "\n=1+1"]


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline=""), delimiter=";"))


def test_what_a_french_spreadsheet_reads() -> None:
    row = [date(2022, 7, 4), time(9, 5, 7), "Goûter; l'été", Amount(123450), Amount(-5), 12, None]
    assert csv_rows([row]).decode() == '04/07/2022;09:05:07;"Goûter; l\'été";1234,50;-0,05;12;\r\n'
    assert MARK == b"\xef\xbb\xbf"


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_text(text: str) -> None:
    assert read(csv_rows([[text]])) == [[f"'{text}"]]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), min_size=2, max_size=5))
def test_any_text_comes_back_and_none_runs(texts: list[str]) -> None:
    (cells,) = read(csv_rows([texts]))
    assert [cell.removeprefix("'") for cell in cells] == [text.removeprefix("'") for text in texts]
    assert not [cell for cell in cells if cell[:1] in set("=+-@\t\r")]
