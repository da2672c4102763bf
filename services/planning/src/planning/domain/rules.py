"""Until when a day may be booked or cancelled, and the sentences that say it.

A rule is a deadline, with exceptions by week day of the booked day. Each kind of deadline is one class: it says on
which local day and minute it falls for a booked day, and describes itself. The last minute is included: «jusqu'à
23h59» is until 23:59:59.999999. Every kind met in real communes is tested by the commune's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from chassis.french import WEEK_DAYS, enumeration, full_date, full_time, long_date, short_time

_END_OF_MINUTE = timedelta(seconds=59, microseconds=999_999)
_MINUTE = timedelta(minutes=1)


class DayCounts(Protocol):
    """What deadlines ask of the commune's holidays."""

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday and not a public holiday."""
        ...

    def is_school_day(self, day: date) -> bool:
        """A day of school."""
        ...


class Deadline(Protocol):
    """One kind of deadline."""

    @property
    def time(self) -> time:
        """The last minute, local time."""
        ...

    def last_day(self, day: date, holidays: DayCounts) -> date:
        """The local day on which ``day`` may still be changed, until ``time``."""
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

    def last_day(self, day: date, holidays: DayCounts) -> date:
        """The week day, the given number of weeks before the day's Monday-to-Sunday week."""
        return day + timedelta(days=self.week_day - day.weekday() - 7 * self.weeks_before)

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

    def last_day(self, day: date, holidays: DayCounts) -> date:
        """Goes back day by day, counting only those that count."""
        left = self.days
        while left:
            day -= timedelta(days=1)
            left -= self._counts(day, holidays)
        return day

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
class Rule:
    """A deadline, with others for some week days (0 = Monday) of the booked day."""

    default: Deadline
    week_days: Mapping[int, Deadline] = field(default_factory=dict)

    def deadline(self, day: date) -> Deadline:
        """The deadline that holds for a day."""
        return self.week_days.get(day.weekday(), self.default)


class Action(StrEnum):
    """What a family does with a day; each has its own rule."""

    BOOK = "book"
    CANCEL = "cancel"


_NOUN = {Action.BOOK: "Réservation", Action.CANCEL: "Annulation"}


def closes_at(rule: Rule, day: date, holidays: DayCounts, time_zone: str) -> datetime:
    """The last instant (UTC) at which ``day`` may be changed."""
    deadline = rule.deadline(day)
    return _end_of_local_minute(datetime.combine(deadline.last_day(day, holidays), deadline.time), time_zone)


def _end_of_local_minute(local: datetime, time_zone: str) -> datetime:
    """A minute that the clock shows twice ends the second time; one it skips ends with the last minute shown before."""
    zone = ZoneInfo(time_zone)
    while True:
        first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
        if first <= second:
            return second + _END_OF_MINUTE
        local -= _MINUTE


def describe(rule: Rule, action: Action) -> str:
    """«Réservation possible jusqu'au jeudi 12h pour la semaine suivante.», and the exceptions."""
    sentences = [f"{_NOUN[action]} possible {rule.default.describe()}."]
    exceptions: dict[Deadline, list[str]] = {}
    for week_day, deadline in sorted(rule.week_days.items()):
        exceptions.setdefault(deadline, []).append(f"le {WEEK_DAYS[week_day]}")
    sentences += [f"Pour {enumeration(days)} : {deadline.describe()}." for deadline, days in exceptions.items()]
    return " ".join(sentences)


def explain(
    rule: Rule, action: Action, day: date, holidays: DayCounts, *, time_zone: str, now: datetime
) -> tuple[bool, str]:
    """Whether ``day`` may still be changed at ``now``, and the sentence that says until when it can or could."""
    last = closes_at(rule, day, holidays, time_zone)
    local = last.astimezone(ZoneInfo(time_zone))
    until = f"jusqu'au {full_date(local.date())} à {full_time(local.time())}"
    nouns = f"{_NOUN[action].lower()}s"
    if now <= last:
        return True, f"Les {nouns} pour le {long_date(day)} sont possibles {until}."
    return False, f"Trop tard : les {nouns} pour le {long_date(day)} étaient possibles {until}."
