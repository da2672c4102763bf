"""Amounts, dates and sizes as French readers write them."""

from datetime import date, datetime, tzinfo
from functools import lru_cache

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

_LOCALE = "fr_FR"
_WEEK_DAYS = ("Lu", "Ma", "Me", "Je", "Ve", "Sa", "Di")


@lru_cache(maxsize=4096)
def money(cents: int) -> str:
    """1700 → «17,00 €» (with a no-break space)."""
    return format_currency(cents / 100, "EUR", locale=_LOCALE).replace("\u202f", "\u00a0")


def short_date(day: date) -> str:
    """«01/09/2022»."""
    return f"{day:%d/%m/%Y}"


@lru_cache(maxsize=4096)
def long_date(day: date) -> str:
    """«jeudi 1er septembre 2022»."""
    return format_date(day, f"EEEE {_number(day)} MMMM y", locale=_LOCALE)


@lru_cache(maxsize=4096)
def day_month(day: date) -> str:
    """«1er septembre 2022»."""
    return format_date(day, f"{_number(day)} MMMM y", locale=_LOCALE)


def _number(day: date) -> str:
    """The pattern of a day of the month: French says «1er», then «2»."""
    return "d'er'" if day.day == 1 else "d"


def month_title(day: date) -> str:
    """«Septembre 2022»."""
    return capitalised(format_date(day, "MMMM y", locale=_LOCALE))


def moment(instant: datetime, zone: tzinfo) -> str:
    """«4 juillet 2022 à 09:00», on the clocks of a time zone."""
    here = instant.astimezone(zone)
    return f"{day_month(here.date())} à {here:%H:%M}"


def week_day(day: date) -> str:
    """«Lu» to «Di», as in the planning."""
    return _WEEK_DAYS[day.weekday()]


def file_size(size_bytes: int) -> str:
    """«106 Ko», «1,2 Mo»; thousands as on the guide's pages."""
    if size_bytes < 1_000_000:
        return f"{max(1, round(size_bytes / 1000))}\u00a0Ko"
    return f"{format_decimal(round(size_bytes / 1_000_000, 1), locale=_LOCALE)}\u00a0Mo"


def file_type(media_type: str) -> str:
    """A short name of a document's type: «PDF»."""
    names = {
        "application/pdf": "PDF",
        "image/png": "PNG",
        "image/jpeg": "JPEG",
        "application/vnd.oasis.opendocument.text": "ODT",
        "application/vnd.oasis.opendocument.spreadsheet": "ODS",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    }
    return names.get(media_type, "Fichier")


def capitalised(text: str) -> str:
    """First letter in upper case, the rest untouched."""
    return text[:1].upper() + text[1:]


def hours(from_time: str, until_time: str) -> str:
    """Of «08:30» and «12:00»: «8h30 – 12h»."""
    return f"{short_time(from_time)} – {short_time(until_time)}"


def short_time(moment: str) -> str:
    """«18:47» as «18h47», «12:00» as «12h»."""
    hour, minute = moment.split(":")
    return f"{int(hour)}h{'' if minute == '00' else minute}"
