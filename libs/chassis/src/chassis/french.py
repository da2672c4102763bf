"""Amounts, dates and times as they are written in French: the same on a page, a mail, an invoice and at the bank."""

import unicodedata
from collections.abc import Sequence
from datetime import date, time

NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
"""Groups thousands and holds a unit to its figure."""

WEEK_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
"""By ``date.weekday()``."""

_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


def grouped(number: int) -> str:
    """«1 234», with a real minus sign below zero."""
    return f"{number:,}".replace(",", NO_BREAK_SPACE).replace("-", "−")


def euros(cents: int) -> str:
    """«1 234,50 €» from 123450."""
    whole, rest = divmod(abs(cents), 100)
    sign = "−" if cents < 0 else ""
    return f"{sign}{grouped(whole)},{rest:02d}{NO_BREAK_SPACE}€"


def short_date(day: date) -> str:
    """«01/09/2022»."""
    return f"{day:%d/%m/%Y}"


def long_date(day: date) -> str:
    """«1er septembre 2022»."""
    return f"{'1er' if day.day == 1 else day.day} {month_of(day)}"


def full_date(day: date) -> str:
    """«jeudi 1er septembre 2022»."""
    return f"{WEEK_DAYS[day.weekday()]} {long_date(day)}"


def month_of(day: date) -> str:
    """The month of a day: «septembre 2022»."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


def short_time(moment: time) -> str:
    """«12h», «23h59»."""
    return f"{moment.hour}h{moment.minute:02}" if moment.minute else f"{moment.hour}h"


def full_time(moment: time) -> str:
    """«12h00»."""
    return f"{moment.hour}h{moment.minute:02}"


def enumeration(words: Sequence[str]) -> str:
    """«le lundi, le mardi et le jeudi»; at least one word is expected."""
    return " et ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def of(name: str) -> str:
    """«de Louis», «d'Estelle», «d'Hugo», «d'Yves», «de Yasmine», «d'octobre 2022»."""
    letters = unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode().lower()
    vowel_sound = letters[:1] in {"a", "e", "i", "o", "u", "h"} or (
        letters[:1] == "y" and letters[1:2] not in set("aeiou")
    )
    return f"d'{name}" if vowel_sound else f"de {name}"
