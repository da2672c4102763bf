"""The periods that the planning shows."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from web.i18n import gettext as _
from web.rendering.formatting import day_month, month_title

_YEARS = range(2000, 2101)


class View(StrEnum):
    """How much the planning shows at once."""

    MONTH = "mensuel"
    FORTNIGHT = "quinzaine"
    WEEK = "semaine"


@dataclass(frozen=True)
class Period:
    """A half-open span of days: a calendar month, or one or two weeks from a Monday."""

    view: View
    start: date
    end: date

    @classmethod
    def around(cls, view: View, day: date) -> Self:
        """The period of a view that holds the day. A day out of any planning's reach counts as the nearest."""
        day = min(max(day, date(_YEARS.start, 1, 1)), date(_YEARS.stop - 1, 12, 1))
        if view is View.MONTH:
            start = day.replace(day=1)
            return cls(view, start, (start + timedelta(days=31)).replace(day=1))
        monday = day - timedelta(days=day.weekday())
        return cls(view, monday, monday + timedelta(days=14 if view is View.FORTNIGHT else 7))

    @property
    def before(self) -> "Period":
        """The period that ends where this one starts."""
        if self.view is View.MONTH:
            return Period.around(self.view, self.start - timedelta(days=1))
        return Period.around(self.view, self.start - (self.end - self.start))

    @property
    def after(self) -> "Period":
        """The period that starts where this one ends."""
        return Period.around(self.view, self.end)

    @property
    def title(self) -> str:
        """«Septembre 2022», «Semaine du 5 septembre 2022»."""
        if self.view is View.MONTH:
            return month_title(self.start)
        if self.view is View.WEEK:
            return _("Semaine du %s") % day_month(self.start)
        last = self.end - timedelta(days=1)
        return _("Du %(first)s au %(last)s") % {"first": day_month(self.start), "last": day_month(last)}
