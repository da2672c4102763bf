"""Days told together: «4 jours de septembre 2022 (1, 2, 5 et 6)»."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from web.i18n import gettext as _
from web.i18n import ngettext
from web.rendering.formatting import day_month, month_title


def days_by_month(days: Sequence[date]) -> list[str]:
    """One sentence for each month; of a month with one day, the day itself: «le 1er septembre 2022»."""
    months = groupby(sorted(days), key=lambda day: day.replace(day=1))
    return [_month(month, list(of)) for month, of in months]


def _month(month: date, days: list[date]) -> str:
    if len(days) == 1:
        return _("le %(day)s") % {"day": day_month(days[0])}
    name = month_title(month).lower()
    of = f"d'{name}" if name[0] in "ao" else f"de {name}"
    numbers = [_number(day) for day in days]
    listed = _("%(first)s et %(last)s") % {"first": ", ".join(numbers[:-1]), "last": numbers[-1]}
    count = ngettext("%(num)s jour", "%(num)s jours", len(days)) % {"num": len(days)}
    return f"{count} {of} ({listed})"


def _number(day: date) -> str:
    return "1er" if day.day == 1 else str(day.day)
