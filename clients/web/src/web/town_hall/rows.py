"""Lists of a form as rows, without scripts: fields are named «list.number.field», and empty rows end the list."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from web.api.calendars import Document

Fields = Mapping[str, str]
MOST_ROWS = 250
"""More than the API takes of any list, with the empty rows."""
_LONGEST_CODE = 20


def rows_of(fields: Fields, name: str, read: Callable[[Fields, str], Document | None]) -> list[Document]:
    """What was typed in the rows of a list; those that ``read`` makes nothing of are left out."""
    rows = (read(fields, f"{name}.{number}") for number in range(MOST_ROWS))
    return [row for row in rows if row is not None]


def with_codes(rows: list[Document]) -> list[Document]:
    """New ones get a code made of their name, which no other has; without a name none, and are refused."""
    codes = {row["code"] for row in rows}
    coded = []
    for row in rows:
        code = row["code"] or (row["name"] and _new_code(row["name"], codes))
        codes.add(code)
        coded.append(row | {"code": code})
    return coded


def _new_code(name: str, taken: set[str]) -> str:
    letters = re.sub(r"[\u0300-\u036f]", "", unicodedata.normalize("NFD", name.lower()))
    plain = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")[:_LONGEST_CODE] or "ligne"
    code, number = plain, 2
    while code in taken:
        ending = f"-{number}"
        code, number = plain[: _LONGEST_CODE - len(ending)] + ending, number + 1
    return code


def number_of(text: str) -> Any:  # noqa: ANN401 - what is no number is refused by the API
    """A whole number where it is one."""
    try:
        return int(text)
    except ValueError:
        return text


def optional_number(text: str) -> Any:  # noqa: ANN401 - the same
    """None where nothing was typed."""
    return number_of(text) if text.strip() else None
