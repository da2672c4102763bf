"""Whose day it is: how the days of a child of two homes are shared between them.

Each home books and pays its own days. Where nothing says whose a day is, either home may book it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

from chassis.errors import DomainError
from chassis.french import WEEK_DAYS, short_date
from planning.domain.calendars import Holidays, SchoolHoliday

_MIDDLE = timedelta(days=3)
"""From the first day of a week to the one that decides its number."""


class CustodyError(DomainError):
    """A custody that contradicts itself."""

    slug = "invalid-custody"


class NotSharedError(DomainError):
    """The homes named are not two homes of the child."""

    slug = "not-shared"
    sentence = "Cet enfant n'est pas dans les dossiers de ces deux familles. Rattachez-le d'abord aux deux."


@dataclass(frozen=True)
class CustodyDates:
    """The half-open period ``[from_day, to_day)`` is one home's."""

    from_day: date
    to_day: date
    home: UUID


@dataclass(frozen=True)
class Custody:
    """How the two ``homes`` (families) share a child's days.

    ``dates`` come first, then the halves of school holidays (bridges are none), then weeks. ``even_weeks``: whose the
    weeks of even number are, the other home has the odd ones; a week begins on week day ``changes_on`` (0 is Monday)
    and has the ISO number of most of its days. ``first_halves``: whose the first half of the holidays is that begin in
    an even year, in odd years it is the other's. None: not shared so. Raises ``CustodyError``.
    """

    homes: tuple[UUID, UUID]
    even_weeks: UUID | None = None
    changes_on: int = 0
    first_halves: UUID | None = None
    dates: tuple[CustodyDates, ...] = ()

    def __post_init__(self) -> None:
        named = {self.even_weeks, self.first_halves, *(period.home for period in self.dates)} - {None}
        if self.homes[0] == self.homes[1] or not named <= {*self.homes}:
            raise CustodyError("Le partage nomme une famille qui n'est pas l'un des deux foyers.")
        if not named:
            raise CustodyError("Ce partage ne donne aucun jour à personne : choisissez des semaines ou des dates.")
        ordered = sorted(self.dates, key=lambda period: period.from_day)
        if any(period.from_day >= period.to_day for period in ordered):
            raise CustodyError("Une période se termine avant de commencer.")
        if any(later.from_day < earlier.to_day for earlier, later in pairwise(ordered)):
            raise CustodyError("Deux périodes du partage se chevauchent : un jour n'a qu'un foyer.")

    def home_on(self, day: date, holidays: Holidays) -> UUID | None:
        """Whose day it is; None: either's."""
        for period in self.dates:
            if period.from_day <= day < period.to_day:
                return period.home
        if self.first_halves and (holiday := holidays.long_holiday(day)):
            in_first_half = day < _middle(holiday)
            return self._one_of(self.first_halves, (holiday.from_day.year % 2 == 0) is in_first_half)
        if self.even_weeks is None:
            return None
        begins = day - timedelta(days=(day.weekday() - self.changes_on) % 7)
        return self._one_of(self.even_weeks, (begins + _MIDDLE).isocalendar().week % 2 == 0)

    def _one_of(self, home: UUID, is_theirs: bool) -> UUID:
        first, second = self.homes
        return home if is_theirs else second if home == first else first

    def describe(self, home: UUID, name: str) -> str:
        """Which days a home has, in words, after its name: «Vos jours : les semaines paires …»."""
        own, others = self._dates(home, is_theirs=True), self._dates(home, is_theirs=False)
        free = None if self.even_weeks else "les jours non partagés, au premier des deux foyers qui réserve"
        parts = (self._weeks(home), self._halves(home), own, free, others and f"sauf {others}")
        return f"{name} : {' ; '.join(part for part in parts if part)}."

    def _weeks(self, home: UUID) -> str | None:
        if self.even_weeks is None:
            return None
        first, last = WEEK_DAYS[self.changes_on], WEEK_DAYS[(self.changes_on + 6) % 7]
        parity = "paires" if self.even_weeks == home else "impaires"
        return f"les semaines {parity}, du {first} au {last}"

    def _halves(self, home: UUID) -> str | None:
        if self.first_halves is None:
            return None
        first, second = ("paires", "impaires") if self.first_halves == home else ("impaires", "paires")
        return f"la première moitié des vacances scolaires les années {first}, la seconde les années {second}"

    def _dates(self, home: UUID, *, is_theirs: bool) -> str:
        return ", ".join(_told(period) for period in self.dates if (period.home == home) is is_theirs)


def _middle(holiday: SchoolHoliday) -> date:
    """The first day of the second half; the day in the middle is the first half's."""
    days = (holiday.to_day - holiday.from_day).days
    return holiday.from_day + timedelta(days=(days + 1) // 2)


def _told(period: CustodyDates) -> str:
    last = period.to_day - timedelta(days=1)
    if last == period.from_day:
        return f"le {short_date(last)}"
    return f"du {short_date(period.from_day)} au {short_date(last)}"
