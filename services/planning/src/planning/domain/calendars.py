"""On which days an activity takes place, and in words why it does not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from chassis.errors import DomainError, NotFoundError
from chassis.french import WEEK_DAYS, enumeration
from contracts.values import WHOLE_DAY
from planning.domain.absence_policy import AbsencePolicy
from planning.domain.groups import Group
from planning.domain.rules import Rule
from planning.domain.waiting_rules import WaitingRules


class CalendarMissingError(NotFoundError):
    """The activity is not known to planning, or the town has not published its calendar."""

    sentence = "Cette activité n'a pas encore de calendrier."


class CalendarChangedError(DomainError):
    """Somebody else has published another calendar since this one was read."""

    slug = "calendar-changed"
    sentence = (
        "Ce calendrier a été modifié entre-temps par quelqu'un d'autre. "
        "Ouvrez-le dans un autre onglet pour voir ce qui a changé. Publier de nouveau le remplacera."
    )


SCHOOL_WEEK_DAYS = frozenset({0, 1, 3, 4})
"""Monday, Tuesday, Thursday, Friday: the week of four days (Code de l'éducation, D. 521-12) most communes have."""
WORKING_WEEK_DAYS = frozenset(range(5))
_SHORTEST_HOLIDAYS = timedelta(days=5)


@dataclass(frozen=True)
class SchoolHoliday:
    """School holidays of the commune's zone, the half-open period ``[from_day, to_day)``."""

    from_day: date
    to_day: date
    name: str

    @property
    def is_bridge(self) -> bool:
        """Whether they are only a few days without school, and part no year: the bridge of the Ascension."""
        return self.to_day - self.from_day < _SHORTEST_HOLIDAYS


@dataclass(frozen=True)
class Holidays:
    """Public and school holidays of a commune, as its editable table has them; week days of school (0 is Monday)."""

    public: Mapping[date, str] = field(default_factory=dict)
    school: tuple[SchoolHoliday, ...] = ()
    school_week: frozenset[int] = SCHOOL_WEEK_DAYS

    def school_holiday(self, day: date) -> str | None:
        """Name of the school holidays of a day."""
        return next((period.name for period in self.school if period.from_day <= day < period.to_day), None)

    def is_school_holiday(self, day: date) -> bool:
        """Whether a day is one of the school holidays."""
        return self.school_holiday(day) is not None

    def long_holiday(self, day: date) -> SchoolHoliday | None:
        """The school holidays of a day, bridges apart."""
        return next((each for each in self.school if each.from_day <= day < each.to_day and not each.is_bridge), None)

    def school_period_start(self, day: date) -> date:
        """The first day of the holidays, or of the weeks of school between two holidays, that a day is in.

        A bridge is in the weeks of school around it. Without earlier holidays known, school begins on 1 September.
        """
        present = self.long_holiday(day)
        if present:
            return present.from_day
        ended = [period.to_day for period in self.school if period.to_day <= day and not period.is_bridge]
        september = date(day.year if day.month >= 9 else day.year - 1, 9, 1)
        return max(ended or [september])

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday and not a public holiday (*jour ouvré*)."""
        return day.weekday() in WORKING_WEEK_DAYS and day not in self.public

    def is_school_day(self, day: date) -> bool:
        """A day of the school week, outside school and public holidays."""
        return day.weekday() in self.school_week and day not in self.public and self.school_holiday(day) is None


class During(StrEnum):
    """Which part of the school year an activity runs in."""

    TERM = "term"
    HOLIDAYS = "holidays"
    ALWAYS = "always"


@dataclass(frozen=True)
class Closure:
    """The town closes the activity for the half-open period ``[from_day, to_day)``.

    ``schools`` empty: for all of them; ``slots`` empty: the whole day, else the slots of these codes.
    """

    from_day: date
    to_day: date
    reason: str
    schools: frozenset[str] = frozenset()
    slots: frozenset[str] = frozenset()

    def closes(self, slot: str) -> bool:
        """Whether a slot is meant."""
        return not self.slots or slot in self.slots


@dataclass(frozen=True)
class ExtraOpening:
    """The town opens the activity on a day outside its week days or period; ``schools`` empty: for all."""

    day: date
    reason: str
    schools: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SlotOpening:
    """What the town decided for one slot: its week days and places, None: those of the calendar."""

    week_days: frozenset[int] | None = None
    capacity: int | None = None


@dataclass(frozen=True)
class ActivityCalendar:
    """What the town decided for one activity. ``capacity``: places of each slot; None: they are only counted.

    ``shared_places``: slots that overlap share one room. ``capacity`` is then how many may be there at the same moment,
    and what a slot has of its own is a limit beside it.

    Fewer than or as many free places as ``last_places`` are announced as the last ones. Of capacities, the slots' and
    the groups' too, ``overbooking_percent`` more may be booked. ``slots`` has those that differ from the calendar.
    ``pay_within``: what is booked is to be paid online within that time; None: it goes on the month's invoice.
    ``needs_complete_file``: nobody of whom something is missing books. ``arrears_after_days``: nor does a family with
    an invoice that many days, or more, after the last day to pay it; None: whatever it owes.
    """

    week_days: frozenset[int]
    during: During
    capacity: int | None
    last_places: int
    booking_rule: Rule
    cancelling_rule: Rule
    closures: tuple[Closure, ...] = ()
    extra_openings: tuple[ExtraOpening, ...] = ()
    slots: Mapping[str, SlotOpening] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    overbooking_percent: int = 0
    waiting: WaitingRules = field(default_factory=WaitingRules)
    absences: AbsencePolicy = field(default_factory=AbsencePolicy)
    pay_within: timedelta | None = None
    shared_places: bool = False
    needs_complete_file: bool = False
    arrears_after_days: int | None = None
    _closed: "dict[tuple[date, str, str | None], tuple[Holidays, str | None]]" = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """Worked out once for all families: days are the same for everyone of a school."""

    def capacity_of(self, slot: str) -> int | None:
        """Places of a slot alone, without overbooking; None when they are only counted, or only the room's hold."""
        opening = self.slots.get(slot)
        own = opening.capacity if opening else None
        return self.capacity if own is None and not self.shared_places else own

    def closed_reason(self, holidays: Holidays, day: date, slot: str = WHOLE_DAY, *, school: str | None) -> str | None:
        """Why a slot of the activity does not take place on a day for someone of a school, None when it does.

        A public holiday and the town's closures close even an extra opening; an extra opening opens a day outside the
        week days or the part of the year. ``school`` None: only what is for all schools counts.
        """
        known = self._closed.get((day, slot, school))
        if known is None or known[0] is not holidays:
            known = self._closed[day, slot, school] = (holidays, _closed_reason(self, holidays, day, slot, school))
        return known[1]


def _closed_reason(
    calendar: ActivityCalendar, holidays: Holidays, day: date, slot: str, school: str | None
) -> str | None:
    if day in holidays.public:
        return f"Jour férié : {holidays.public[day]}"
    for closure in calendar.closures:
        if closure.from_day <= day < closure.to_day and _concerns(closure, school) and closure.closes(slot):
            return closure.reason
    for opening in calendar.extra_openings:
        if opening.day == day and _concerns(opening, school):
            return None
    return _out_of_period_reason(calendar, holidays, day) or _slot_reason(calendar, day, slot)


def _concerns(decision: Closure | ExtraOpening, school: str | None) -> bool:
    return not decision.schools or school in decision.schools


def for_some(calendar: ActivityCalendar, day: date, slot_names: Mapping[str, str]) -> list[str]:
    """What the town decided of a day for some schools or slots only, in words."""
    closed = [each for each in calendar.closures if each.from_day <= day < each.to_day]
    opened = [each for each in calendar.extra_openings if each.day == day]
    return [
        f"{verb} pour {enumeration([*sorted(each.schools), *_named(each, slot_names)])} : {each.reason}"
        for verb, decisions in (("Fermé", closed), ("Ouvert", opened))
        for each in decisions
        if each.schools or _named(each, slot_names)
    ]


def _named(decision: Closure | ExtraOpening, slot_names: Mapping[str, str]) -> list[str]:
    slots = decision.slots if isinstance(decision, Closure) else ()
    return [f"« {slot_names.get(slot, slot)} »" for slot in sorted(slots)]


def _slot_reason(calendar: ActivityCalendar, day: date, slot: str) -> str | None:
    opening = calendar.slots.get(slot)
    if opening is None or opening.week_days is None or day.weekday() in opening.week_days:
        return None
    return f"Ce créneau n'a pas lieu le {WEEK_DAYS[day.weekday()]}."


def _out_of_period_reason(calendar: ActivityCalendar, holidays: Holidays, day: date) -> str | None:
    school_holiday = holidays.school_holiday(day)
    if calendar.during is During.TERM and school_holiday:
        return school_holiday
    if calendar.during is During.HOLIDAYS and not school_holiday:
        return "Cette activité n'a lieu que pendant les vacances scolaires."
    if day.weekday() not in calendar.week_days:
        return f"Cette activité n'a pas lieu le {WEEK_DAYS[day.weekday()]}."
    return None
