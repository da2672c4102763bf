"""From when and until when a day may be booked or cancelled, and the sentences that say it.

A rule is a deadline, with others for week days, for the school holidays and for given dates; for given dates it may
also say when booking opens. The last minute is included: «jusqu'à 23h59» is until 23:59:59.999999. Every rule met in
real communes is tested by the commune's name.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from chassis.french import WEEK_DAYS, enumeration, full_date, full_time, long_date, short_date
from planning.domain.deadlines import DayCounts, Deadline, HoursBeforeDeadline

_END_OF_MINUTE = timedelta(seconds=59, microseconds=999_999)
_MINUTE = timedelta(minutes=1)
_LAST_MINUTE = time(23, 59)
_MIDNIGHT = time(0)
"""From when on hours before are counted where neither the rule nor the slot says."""


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
    _spans: dict[tuple[date, str, time | None], "_Span"] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Worked out once for all families: days are the same for everyone."""
    _descriptions: "dict[Action, str]" = field(default_factory=dict, init=False, repr=False, compare=False)

    def span(self, day: date, holidays: DayCounts, time_zone: str, starts: time | None) -> "_Span":
        """Between which instants a slot of a day may be changed; ``starts`` None: the slot does not say when.

        Whatever the deadline says, the day's own end is the last of them: a day that is past is not changed any more.
        """
        known = self._spans.get((day, time_zone, starts))
        if known is None or known.holidays is not holidays:
            window = self.window(day)
            last = min(
                self.deadline(day, holidays).last_minute(day, holidays, starts or _MIDNIGHT),
                datetime.combine(day, _LAST_MINUTE),
                *([window.closes_at] if window else ()),
            )
            closing = _end_of_local_minute(last, time_zone)
            known = _Span(holidays, day, time_zone, opens_at(self, day, time_zone), closing)
            self._spans[day, time_zone, starts] = known
        return known

    def deadline(self, day: date, holidays: DayCounts) -> Deadline:
        """The deadline that holds for a day."""
        for exception in self.dates:
            if exception.from_day <= day < exception.to_day:
                return exception.deadline
        if self.school_holidays and holidays.is_school_holiday(day):
            return self.school_holidays
        return self.week_days.get(day.weekday(), self.default)

    @property
    def counts_from_slots(self) -> bool:
        """Whether any deadline is so many hours before the slot starts."""
        others = [*self.week_days.values(), self.school_holidays, *(each.deadline for each in self.dates)]
        return any(isinstance(each, HoursBeforeDeadline) and each.begins is None for each in (self.default, *others))

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
class _Span:
    """The first and the last instant (UTC) of a rule for a day, under these holidays; said when asked for."""

    holidays: DayCounts
    day: date
    time_zone: str
    opens_at: datetime | None
    closes_at: datetime

    @cached_property
    def beginning(self) -> str:
        """«jeudi 1er septembre 2022 à 9h00»; empty when it always could be changed."""
        return local_moment(self.opens_at, self.time_zone) if self.opens_at else ""

    @cached_property
    def ending(self) -> str:
        """«jeudi 1er septembre 2022 à 12h00»."""
        return local_moment(self.closes_at, self.time_zone)


class Verdict(NamedTuple):
    """Whether a day may be changed, between which instants (UTC, the last one included), and the sentence of it."""

    timing: Timing
    action: Action
    span: _Span

    @property
    def opens_at(self) -> datetime | None:
        """The first instant, None when it always could be changed."""
        return self.span.opens_at

    @property
    def closes_at(self) -> datetime:
        """The last instant."""
        return self.span.closes_at

    @property
    def possible(self) -> bool:
        """At the moment of the verdict."""
        return self.timing is Timing.OPEN

    @property
    def sentence(self) -> str:
        """From and until when it can or could be changed, in words."""
        nouns = f"{_NOUN[self.action].lower()}s pour le {long_date(self.span.day)}"
        match self.timing:
            case Timing.LATE:
                return f"Trop tard : les {nouns} étaient possibles jusqu'au {self.span.ending}."
            case Timing.EARLY:
                return f"Les {nouns} ouvrent le {self.span.beginning}."
            case Timing.OPEN:
                return f"Les {nouns} sont possibles jusqu'au {self.span.ending}."


def opens_at(rule: Rule, day: date, time_zone: str) -> datetime | None:
    """The first instant (UTC) at which ``day`` may be changed; None when it always could."""
    window = rule.window(day)
    if window is None or window.opens_at is None:
        return None
    return _end_of_local_minute(window.opens_at, time_zone) - _END_OF_MINUTE


def closes_at(rule: Rule, day: date, holidays: DayCounts, time_zone: str, starts: time | None = None) -> datetime:
    """The last instant (UTC) at which a slot of ``day``, that ``starts`` then, may be changed."""
    return rule.span(day, holidays, time_zone, starts).closes_at


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
    known = rule._descriptions.get(action)
    if known is None:
        known = rule._descriptions[action] = _describe(rule, action)
    return known


def _describe(rule: Rule, action: Action) -> str:
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


def explain(
    rule: Rule,
    action: Action,
    day: date,
    holidays: DayCounts,
    *,
    time_zone: str,
    now: datetime,
    starts: time | None = None,
) -> Verdict:
    """Whether a slot of ``day`` may be changed at ``now``, and from and until when it can or could, in words.

    ``starts``: when the slot begins, local time; None: it does not say.
    """
    span = rule.span(day, holidays, time_zone, starts)
    if now > span.closes_at:
        return Verdict(Timing.LATE, action, span)
    return Verdict(Timing.EARLY if span.opens_at and now < span.opens_at else Timing.OPEN, action, span)


def local_moment(instant: datetime, time_zone: str) -> str:
    """«mercredi 7 septembre 2022 à 12h00», where the commune is."""
    return _moment(instant.astimezone(ZoneInfo(time_zone)))


def _moment(local: datetime) -> str:
    return f"{full_date(local.date())} à {full_time(local.time())}"
