"""Dates and times in French words."""

import unicodedata
from datetime import date, time

WEEK_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def long_date(day: date) -> str:
    """«1er septembre 2022»."""
    return f"{'1er' if day.day == 1 else day.day} {_MONTHS[day.month - 1]} {day.year}"


def full_date(day: date) -> str:
    """«jeudi 1er septembre 2022»."""
    return f"{WEEK_DAYS[day.weekday()]} {long_date(day)}"


def short_date(day: date) -> str:
    """«01/09/2022»."""
    return f"{day:%d/%m/%Y}"


def short_time(moment: time) -> str:
    """«12h», «23h59»."""
    return f"{moment.hour}h{moment.minute:02}" if moment.minute else f"{moment.hour}h"


def full_time(moment: time) -> str:
    """«12h00»."""
    return f"{moment.hour}h{moment.minute:02}"


def enumeration(words: list[str]) -> str:
    """«le lundi, le mardi et le jeudi»."""
    return " et ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def of(name: str) -> str:
    """«de Louis», «d'Estelle», «d'Hugo», «d'Yves», «de Yasmine»."""
    letters = unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode().lower()
    vowel_sound = letters[:1] in {"a", "e", "i", "o", "u", "h"} or (
        letters[:1] == "y" and letters[1:2] not in set("aeiou")
    )
    return f"d'{name}" if vowel_sound else f"de {name}"
