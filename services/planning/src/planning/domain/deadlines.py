"""The kinds of deadline met in real communes, one class each: the last minute for a booked day, and how it is said.

Minutes are local ones of the commune. A deadline counts by the calendar on the wall: 72 hours before noon is noon three
days before, also on the night when the clocks change.
"""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol

from chassis.french import WEEK_DAYS, short_time

LocalTime = time
"""For methods of classes that have a field ``time``."""


class DayCounts(Protocol):
    """What deadlines ask of the commune's holidays."""

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday and not a public holiday."""
        ...

    def is_school_day(self, day: date) -> bool:
        """A day of school."""
        ...

    def is_school_holiday(self, day: date) -> bool:
        """A day of the school holidays."""
        ...

    def school_period_start(self, day: date) -> date:
        """The first day of the holidays, or of the weeks of school between two holidays, that a day is in."""
        ...


class Deadline(Protocol):
    """One kind of deadline."""

    def last_minute(self, day: date, holidays: DayCounts, starts: LocalTime) -> datetime:
        """The last local minute, without time zone, at which a slot of ``day`` that ``starts`` then may be changed."""
        ...

    def describe(self) -> str:
        """«jusqu'au jeudi 12h pour la semaine suivante»."""
        ...


@dataclass(frozen=True)
class WeeklyDeadline:
    """A week day and time, ``weeks_before`` the ISO week of the booked day (0: in that week)."""

    week_day: int
    time: time
    weeks_before: int

    def last_minute(self, day: date, holidays: DayCounts, starts: LocalTime) -> datetime:
        """The week day, the given number of weeks before the day's Monday-to-Sunday week."""
        last_day = day + timedelta(days=self.week_day - day.weekday() - 7 * self.weeks_before)
        return datetime.combine(last_day, self.time)

    def describe(self) -> str:
        """Says the rule for any day."""
        until = f"jusqu'au {WEEK_DAYS[self.week_day]} {short_time(self.time)}"
        match self.weeks_before:
            case 0:
                return f"{until} pour la même semaine"
            case 1:
                return f"{until} pour la semaine suivante"
            case weeks:
                return f"{until}, {weeks} semaines avant"


class Counting(StrEnum):
    """Which days count in «n days before»."""

    CALENDAR = "calendar"
    WORKING = "working"
    SCHOOL = "school"
    WITHOUT_WEEKENDS = "without_weekends"


_EVE = {
    Counting.CALENDAR: "la veille",
    Counting.WORKING: "le jour ouvré précédent",
    Counting.SCHOOL: "le jour d'école précédent",
    Counting.WITHOUT_WEEKENDS: "la veille, sans compter les week-ends",
}
_DAYS = {
    Counting.CALENDAR: "jours avant",
    Counting.WORKING: "jours ouvrés avant",
    Counting.SCHOOL: "jours d'école avant",
    Counting.WITHOUT_WEEKENDS: "jours avant, sans compter les week-ends",
}


@dataclass(frozen=True)
class DaysBeforeDeadline:
    """A time, ``days`` counted days before the booked day (0: the same day)."""

    days: int
    time: time
    counting: Counting

    def last_minute(self, day: date, holidays: DayCounts, starts: LocalTime) -> datetime:
        """Goes back day by day, counting only those that count."""
        left = self.days
        while left:
            day -= timedelta(days=1)
            left -= self._counts(day, holidays)
        return datetime.combine(day, self.time)

    def _counts(self, day: date, holidays: DayCounts) -> bool:
        match self.counting:
            case Counting.CALENDAR:
                return True
            case Counting.WITHOUT_WEEKENDS:
                return day.weekday() < 5
            case Counting.WORKING:
                return holidays.is_working_day(day)
            case Counting.SCHOOL:
                return holidays.is_school_day(day)

    def describe(self) -> str:
        """Says the rule for any day."""
        moment = short_time(self.time)
        if self.days == 0:
            return f"jusqu'à {moment} le jour même"
        if self.days == 1:
            return f"jusqu'à {moment} {_EVE[self.counting]}"
        return f"jusqu'à {moment}, {self.days} {_DAYS[self.counting]}"


@dataclass(frozen=True)
class HoursBeforeDeadline:
    """``hours`` before a time of the booked day; ``begins`` None: before the booked slot starts."""

    hours: int
    begins: time | None = None

    def last_minute(self, day: date, holidays: DayCounts, starts: LocalTime) -> datetime:
        """Counts back from the beginning."""
        begins = starts if self.begins is None else self.begins
        return datetime.combine(day, begins) - timedelta(hours=self.hours)

    def describe(self) -> str:
        """Says the rule for any day."""
        if self.hours == 0:
            begins = f"à {short_time(self.begins)} le jour même" if self.begins else "au début du créneau"
            return f"jusqu'{begins}"
        hours = "une heure" if self.hours == 1 else f"{self.hours} heures"
        if self.begins is None:
            return f"jusqu'à {hours} avant le début du créneau"
        return f"jusqu'à {hours} avant {short_time(self.begins)} le jour réservé"


@dataclass(frozen=True)
class DayOfMonthDeadline:
    """A day of the month, ``months_before`` the month of the booked day; the last one of a shorter month."""

    day_of_month: int
    time: time
    months_before: int

    def last_minute(self, day: date, holidays: DayCounts, starts: LocalTime) -> datetime:
        """That day of that month."""
        year, month = divmod(day.year * 12 + day.month - 1 - self.months_before, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return datetime.combine(date(year, month + 1, min(self.day_of_month, last)), self.time)

    def describe(self) -> str:
        """Says the rule for any day."""
        number = "1er" if self.day_of_month == 1 else str(self.day_of_month)
        month = "du mois précédent" if self.months_before == 1 else f"du mois, {self.months_before} mois avant"
        return f"jusqu'au {number} {month} à {short_time(self.time)}"


@dataclass(frozen=True)
class SchoolPeriodDeadline:
    """A time, ``days`` before the holidays, or the weeks of school between two holidays, of the booked day begin."""

    days: int
    time: time

    def last_minute(self, day: date, holidays: DayCounts, starts: LocalTime) -> datetime:
        """One deadline for the whole of a period."""
        return datetime.combine(holidays.school_period_start(day) - timedelta(days=self.days), self.time)

    def describe(self) -> str:
        """Says the rule for any day."""
        moment = short_time(self.time)
        if self.days == 0:
            return f"jusqu'à {moment} le premier jour de chaque période (vacances, ou école entre deux vacances)"
        days = "la veille" if self.days == 1 else f"{self.days} jours avant le début"
        return f"jusqu'à {moment}, {days} de chaque période (vacances, ou école entre deux vacances)"
