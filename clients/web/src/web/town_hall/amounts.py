"""Amounts typed by people: «12», «12,5», «12.50», «1 234,50 €»."""

import re

_TYPED = re.compile(r"([0-9]{1,7})(?:[.,]([0-9]{1,2}))?")
_LEFT_OUT = str.maketrans("", "", " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}€")


def cents_of(typed: str) -> int | None:
    """Cents; None when it is no amount."""
    found = _TYPED.fullmatch(typed.translate(_LEFT_OUT))
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else None


def as_typed(cents: int) -> str:
    """What somebody would type: «12,50»."""
    return f"{cents // 100},{cents % 100:02}"
