"""CSV as French spreadsheets open it: UTF-8 with its mark, semicolons, decimal commas, and no cell that runs."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

MEDIA_TYPE = "text/csv; charset=utf-8"
MARK = "\ufeff".encode()
"""What a file begins with, so that spreadsheets read it as UTF-8."""

_BEGINS_A_FORMULA = frozenset("=+-@\t\r")
_NEUTRAL = "'"


@dataclass(frozen=True)
class Amount:
    """Cents, written as a number of euros."""

    cents: int


Cell = str | Amount | date | time | int | None


def csv_rows(rows: Iterable[Iterable[Cell]]) -> bytes:
    """Rows of a file. Text that a spreadsheet would take for a formula begins with an apostrophe (OWASP, «CSV
    injection»); amounts, numbers and dates are written as such.
    """
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([_written(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _written(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case Amount(cents):
            whole, rest = divmod(abs(cents), 100)
            return f"{'-' if cents < 0 else ''}{whole},{rest:02}"
        case date():
            return f"{cell:%d/%m/%Y}"
        case time():
            return f"{cell:%H:%M:%S}"
        case int():
            return str(cell)
    return f"{_NEUTRAL}{cell}" if cell.lstrip(" \n\u00a0")[:1] in _BEGINS_A_FORMULA and cell else cell
