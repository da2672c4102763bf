"""From when and until when a day may be booked or cancelled, and the sentences that say it.

A rule is a deadline, with others for week days, for the school holidays and for given dates; for given dates it may
also say when booking opens. The last minute is included: «jusqu'à 23h59» is until 23:59:59.999999. Every rule met in
real communes is tested by the commune's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from chassis.french import WEEK_DAYS, enumeration, full_date, full_time, long_date, short_date
from planning.domain.deadlines import DayCounts, Deadline

_END_OF_MINUTE = timedelta(seconds=59, microseconds=999_999)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class DatesDeadline:
    """Another deadline for the half-open period ``[from_day, to_day)`` of booked days."""

    from_day: date
    to_day: date
    deadline: Deadline


@dataclass(frozen=True)
class Window:
    """For booked days of ``[from_day, to_day)``: from and until which local minute, whatever else the rule allows.

    ``opens_at`` None: at any time before.
    """

    from_day: date
    to_day: date
    opens_at: datetime | None
    closes_at: datetime


@dataclass(frozen=True)
class Rule:
    """What holds for a booked day is, of those that are given: its dates, the school holidays, its week day, the rest.

    Week days: 0 is Monday. A window only ever narrows what the deadline allows.
    """

    default: Deadline
    week_days: Mapping[int, Deadline] = field(default_factory=dict)
    school_holidays: Deadline | None = None
    dates: tuple[DatesDeadline, ...] = ()
    windows: tuple[Window, ...] = ()

    def deadline(self, day: date, holidays: DayCounts) -> Deadline:
        """The deadline that holds for a day."""
        for exception in self.dates:
            if exception.from_day <= day < exception.to_day:
                return exception.deadline
        if self.school_holidays and holidays.is_school_holiday(day):
            return self.school_holidays
        return self.week_days.get(day.weekday(), self.default)

    def window(self, day: date) -> Window | None:
        """The window of a day."""
        return next((window for window in self.windows if window.from_day <= day < window.to_day), None)


class Action(StrEnum):
    """What a family does with a day; each has its own rule."""

    BOOK = "book"
    CANCEL = "cancel"


_NOUN = {Action.BOOK: "Réservation", Action.CANCEL: "Annulation"}


class Timing(StrEnum):
    """A moment beside the time in which a day may be changed."""

    EARLY = "early"
    OPEN = "open"
    LATE = "late"


@dataclass(frozen=True)
class Verdict:
    """Whether a day may be changed, between which instants (UTC, the last one included), and the sentence of it."""

    timing: Timing
    opens_at: datetime | None
    closes_at: datetime
    sentence: str

    @property
    def possible(self) -> bool:
        """At the moment of the verdict."""
        return self.timing is Timing.OPEN


def opens_at(rule: Rule, day: date, time_zone: str) -> datetime | None:
    """The first instant (UTC) at which ``day`` may be changed; None when it always could."""
    window = rule.window(day)
    if window is None or window.opens_at is None:
        return None
    return _end_of_local_minute(window.opens_at, time_zone) - _END_OF_MINUTE


def closes_at(rule: Rule, day: date, holidays: DayCounts, time_zone: str) -> datetime:
    """The last instant (UTC) at which ``day`` may be changed."""
    last, window = rule.deadline(day, holidays).last_minute(day, holidays), rule.window(day)
    return _end_of_local_minute(min(last, window.closes_at) if window else last, time_zone)


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
    if rule.school_holidays:
        sentences.append(f"Pendant les vacances scolaires : {rule.school_holidays.describe()}.")
    sentences += [f"{_dates(each.from_day, each.to_day)} : {each.deadline.describe()}." for each in rule.dates]
    sentences += [_describe_window(window, action) for window in rule.windows]
    return " ".join(sentences)


def _dates(from_day: date, to_day: date) -> str:
    last = to_day - timedelta(days=1)
    if last == from_day:
        return f"Pour le {short_date(from_day)}"
    return f"Du {short_date(from_day)} au {short_date(last)}"


def _describe_window(window: Window, action: Action) -> str:
    days, noun = _dates(window.from_day, window.to_day), _NOUN[action].lower()
    if window.opens_at is None:
        return f"{days} : {noun} jusqu'au {_moment(window.closes_at)}."
    return f"{days} : {noun} du {_moment(window.opens_at)} au {_moment(window.closes_at)}."


def explain(rule: Rule, action: Action, day: date, holidays: DayCounts, *, time_zone: str, now: datetime) -> Verdict:
    """Whether ``day`` may be changed at ``now``, and the sentence that says from and until when it can or could."""
    first, last = opens_at(rule, day, time_zone), closes_at(rule, day, holidays, time_zone)
    zone = ZoneInfo(time_zone)
    nouns, until = f"{_NOUN[action].lower()}s pour le {long_date(day)}", _moment(last.astimezone(zone))
    if now > last:
        late = f"Trop tard : les {nouns} étaient possibles jusqu'au {until}."
        return Verdict(Timing.LATE, first, last, late)
    if first and now < first:
        return Verdict(Timing.EARLY, first, last, f"Les {nouns} ouvrent le {_moment(first.astimezone(zone))}.")
    return Verdict(Timing.OPEN, first, last, f"Les {nouns} sont possibles jusqu'au {until}.")


def local_moment(instant: datetime, time_zone: str) -> str:
    """«mercredi 7 septembre 2022 à 12h00», where the commune is."""
    return _moment(instant.astimezone(ZoneInfo(time_zone)))


def _moment(local: datetime) -> str:
    return f"{full_date(local.date())} à {full_time(local.time())}"
