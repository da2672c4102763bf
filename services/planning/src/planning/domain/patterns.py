"""Which slots a «modification avancée» is about: a pattern of weeks, a sibling's days, or those of last month."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from contracts.values import WHOLE_DAY
from planning.domain.activities import Activity
from planning.domain.members import Member
from planning.domain.outlook import Outlook
from planning.domain.rules import Action
from planning.domain.slots import DaySlot

Period = tuple[date, date]
"""Half-open."""


class Weeks(StrEnum):
    """Which weeks, by their ISO number. Where a year has 53, two odd weeks follow one another."""

    EVERY = "every"
    ODD = "odd"
    EVEN = "even"

    def hold(self, day: date) -> bool:
        """Whether the day's week is one of them."""
        return self is Weeks.EVERY or self is parity(day)


def parity(day: date) -> Weeks:
    """Odd or even, by the number of the day's ISO week."""
    return Weeks.ODD if day.isocalendar().week % 2 else Weeks.EVEN


@dataclass(frozen=True)
class WeekPattern:
    """The same week days (0 = Monday), every week or every other one.

    Of an activity with slots, those of ``codes`` that it has; any other is taken for the whole day.
    """

    week_days: frozenset[int]
    weeks: Weeks
    codes: frozenset[str] = frozenset()

    def looks_from(self, period: Period) -> date:
        """The first day that must be known."""
        return period[0]

    def slots(self, _outlook: Outlook, _member: Member, activity: Activity, period: Period) -> frozenset[DaySlot]:
        """The days of the pattern, whether the activity takes place or not."""
        codes = [slot.code for slot in activity.slots if slot.code in self.codes] or [WHOLE_DAY]
        return frozenset(
            DaySlot(day, code)
            for day in days_of(period)
            if day.weekday() in self.week_days and self.weeks.hold(day)
            for code in codes
        )


@dataclass(frozen=True)
class LikeSibling:
    """The days that another member of the family has in the same activity, booked by us or drafted to be."""

    sibling_id: UUID

    def looks_from(self, period: Period) -> date:
        """The first day that must be known."""
        return period[0]

    def slots(self, outlook: Outlook, _member: Member, activity: Activity, period: Period) -> frozenset[DaySlot]:
        """The sibling's days in the period."""
        return frozenset(_wanted(outlook, self.sibling_id, activity.activity_id, period))


@dataclass(frozen=True)
class LikeLastMonth:
    """The member's own habits of the calendar month before the period.

    A week day is taken over when at least half of the days on which the activity took place were booked (or drafted
    to be). Odd and even weeks count apart, so that a child who alternates goes on alternating; a week day that had no
    open day in the odd weeks, say for holidays, follows the even ones, and the other way round.
    """

    def looks_from(self, period: Period) -> date:
        """The first day that must be known."""
        return month_before(period[0])[0]

    def slots(self, outlook: Outlook, member: Member, activity: Activity, period: Period) -> frozenset[DaySlot]:
        """The days of the period that follow last month's habits."""
        habits = _habits(outlook, member, activity, month_before(period[0]))
        return frozenset(
            DaySlot(day, slot)
            for day in days_of(period)
            for slot, usual in habits.items()
            if usual.get((day.weekday(), parity(day)), False)
        )


SlotSource = WeekPattern | LikeSibling | LikeLastMonth


def days_of(period: Period) -> list[date]:
    """Every day of a half-open period."""
    return [period[0] + timedelta(days=n) for n in range((period[1] - period[0]).days)]


def month_before(day: date) -> Period:
    """The calendar month before that of a day."""
    first = day.replace(day=1)
    return (first - timedelta(days=1)).replace(day=1), first


def _wanted(outlook: Outlook, member_id: UUID, activity_id: UUID, period: Period) -> set[DaySlot]:
    """What will be booked by this family once its draft is committed."""
    whose = (member_id, activity_id)
    wanted = {what.when for what in outlook.bookings if what[:2] == whose and outlook.own_booking(what)}
    drafted = {line.what.when: line.action for line in outlook.draft if line.what[:2] == whose}
    wanted |= {when for when, action in drafted.items() if action is Action.BOOK}
    wanted -= {when for when, action in drafted.items() if action is Action.CANCEL}
    return {when for when in wanted if period[0] <= when.day < period[1]}


Habit = dict[tuple[int, Weeks], bool]
"""Whether a week day is usual, in odd and in even weeks."""


def _habits(outlook: Outlook, member: Member, activity: Activity, month: Period) -> dict[str, Habit]:
    """The habit of each slot that was wanted at all."""
    wanted = _wanted(outlook, member.member_id, activity.activity_id, month)
    return {
        slot: _habit(
            [day for day in days_of(month) if _takes_place(outlook, member, activity, DaySlot(day, slot))],
            {when.day for when in wanted if when.slot == slot},
        )
        for slot in {when.slot for when in wanted}
    }


def _habit(open_days: list[date], wanted: set[date]) -> Habit:
    """Week days without any open day are left out."""
    number, taken = Counter[tuple[int, Weeks]](), Counter[tuple[int, Weeks]]()
    for day in open_days:
        number[day.weekday(), parity(day)] += 1
        taken[day.weekday(), parity(day)] += day in wanted
    usual = {key: 2 * taken[key] >= count for key, count in number.items()}
    for week_day, weeks in list(usual):
        usual.setdefault((week_day, Weeks.EVEN if weeks is Weeks.ODD else Weeks.ODD), usual[week_day, weeks])
    return usual


def _takes_place(outlook: Outlook, member: Member, activity: Activity, when: DaySlot) -> bool:
    return (
        activity.opens_on <= when.day < activity.closes_on
        and activity.calendar is not None
        and activity.calendar.closed_reason(outlook.holidays, *when, school=member.school) is None
    )
