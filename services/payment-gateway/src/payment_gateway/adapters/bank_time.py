"""Instants as banks write them."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

_PARIS = ZoneInfo("Europe/Paris")
_CENTURY = range(2000, 2100)


def paris_instant(text: str, form: str) -> datetime | None:
    """An instant on the clocks of Paris; None when it is none of this century."""
    return _instant(text, form, _PARIS)


def utc_instant(text: str, form: str) -> datetime | None:
    """The same, in universal time."""
    return _instant(text, form, UTC)


def _instant(text: str, form: str, zone: tzinfo) -> datetime | None:
    try:
        found = datetime.strptime(text, form).replace(tzinfo=zone)
    except ValueError:
        return None
    return found if found.year in _CENTURY else None
