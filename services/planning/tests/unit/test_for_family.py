"""What the town hall grants: deadlines alone are set aside, and only when it says why."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from uuid import UUID

import pytest

from chassis.errors import NotFoundError
from contracts.values import MemberKind
from planning.domain.activities import Activity, Entitlement, Price
from planning.domain.calendars import ActivityCalendar, Closure, During, Holidays
from planning.domain.cells import Moment
from planning.domain.deadlines import WeeklyDeadline
from planning.domain.for_family import ReasonMissingError, WishForFamily, grantable, review_wish, traces_for_family
from planning.domain.limits import EVERYONE
from planning.domain.members import Member
from planning.domain.outlook import Booking, Outlook
from planning.domain.rules import Action, Rule
from planning.domain.slots import ActivitySlot, MemberSlot
from planning.domain.trail import Actor, ActorKind

FAMILY, LOUIS, CANTEEN, REGIE, DESK = (UUID(int=n) for n in range(1, 6))
RULE = Rule(WeeklyDeadline(3, time(12), 1))
CALENDAR = ActivityCalendar(
    frozenset(range(5)),
    During.ALWAYS,
    2,
    0,
    RULE,
    RULE,
    closures=(Closure(date(2022, 9, 15), date(2022, 9, 16), "Grève"),),
)
ACTIVITY = Activity(
    activity_id=CANTEEN,
    name="Cantine",
    category="periscolaire",
    element_name="Cantine",
    season="2022/2023",
    opens_on=date(2022, 9, 1),
    closes_on=date(2023, 7, 8),
    regie_id=REGIE,
    calendar=CALENDAR,
)
PAST, TODAY, LATE, FULL, CLOSED, IN_TIME = (date(2022, 9, day) for day in (12, 13, 14, 16, 15, 20))
UNPAID = date(2023, 3, 6)


def booking(day: date) -> Booking:
    moment = datetime(2022, 9, 1, tzinfo=UTC)
    return Booking(UUID(int=day.toordinal()), 1, FAMILY, LOUIS, CANTEEN, day, "day", "à l'unité", 500, moment)


OUTLOOK = Outlook(
    family_id=FAMILY,
    moment=Moment(datetime(2022, 9, 13, 8, tzinfo=UTC), TODAY, "Europe/Paris", ""),
    members={LOUIS: Member(LOUIS, MemberKind.CHILD, "Louis")},
    activities={CANTEEN: ACTIVITY},
    entitlements=(
        Entitlement(
            LOUIS, CANTEEN, date(2022, 9, 1), date(2023, 3, 1), (Price(1, date(2022, 9, 1), 500, "à l'unité"),)
        ),
    ),
    holidays=Holidays(),
    places={ActivitySlot(CANTEEN, FULL, "day"): {EVERYONE: 2}},
)


def slot(day: date) -> ActivitySlot:
    return ActivitySlot(CANTEEN, day, "day")


def judged(outlook: Outlook, changes: dict[date, Action], **wish) -> dict[date, tuple[str | None, str | None]]:
    asked = WishForFamily(LOUIS, {slot(day): action for day, action in changes.items()}, **wish)
    _, lines = review_wish(outlook, asked, (UUID(int=n) for n in count(1)))
    return {line.line.day: (line.refusal.slug if line.refusal else None, line.set_aside) for line in lines}


EVERY_DAY = dict.fromkeys((PAST, TODAY, LATE, FULL, CLOSED, IN_TIME, UNPAID), Action.BOOK)


def test_without_a_word_the_rules_are_the_familys() -> None:
    assert judged(OUTLOOK, EVERY_DAY) == {
        PAST: ("deadline-passed", None),
        TODAY: ("deadline-passed", None),
        LATE: ("deadline-passed", None),
        FULL: ("deadline-passed", None),
        CLOSED: ("day-closed", None),
        IN_TIME: (None, None),
        UNPAID: ("adhesion-not-paid", None),
    }


def test_nothing_but_a_deadline_is_set_aside() -> None:
    assert judged(OUTLOOK, EVERY_DAY, deadlines_set_aside=True, reason="Hospitalisation") == {
        PAST: ("deadline-passed", None),
        TODAY: (None, "deadline-passed"),
        LATE: (None, "deadline-passed"),
        FULL: ("day-full", None),
        CLOSED: ("day-closed", None),
        IN_TIME: (None, None),
        UNPAID: ("adhesion-not-paid", None),
    }


def test_late_cancellations_too_but_what_is_past_took_place() -> None:
    days = (PAST, LATE, IN_TIME)
    booked = {each.what: each for each in map(booking, days)}
    outlook, changes = replace(OUTLOOK, bookings=booked), dict.fromkeys(days, Action.CANCEL)
    in_rule = {PAST: ("deadline-passed", None), LATE: ("deadline-passed", None), IN_TIME: (None, None)}
    assert judged(outlook, changes) == in_rule
    granted = judged(outlook, changes, deadlines_set_aside=True, reason="Décès")
    assert granted == in_rule | {LATE: (None, "deadline-passed")}


def test_what_the_page_lets_tick_is_what_would_be_granted() -> None:
    bookings = {each.what: each for each in (booking(date(2022, 9, 19)), booking(date(2022, 9, 14)))}
    outlook = replace(OUTLOOK, bookings=bookings)
    slots = [slot(date(2022, 9, day)) for day in range(1, 31)]
    assert [each.day.day for each in grantable(outlook, LOUIS, slots).late] == [13, 14]


def test_a_reason_is_owed_for_a_deadline_only() -> None:
    with pytest.raises(ReasonMissingError):
        WishForFamily(LOUIS, {slot(LATE): Action.BOOK}, deadlines_set_aside=True)
    WishForFamily(LOUIS, {slot(IN_TIME): Action.BOOK})


def test_who_is_not_of_the_family_is_not_found() -> None:
    for wish in (
        WishForFamily(DESK, {slot(LATE): Action.BOOK}),
        WishForFamily(LOUIS, {ActivitySlot(DESK, LATE, "day"): Action.BOOK}),
    ):
        with pytest.raises(NotFoundError):
            review_wish(OUTLOOK, wish, [UUID(int=1)])


def test_nothing_is_to_be_paid_at_once_and_the_reason_says_what_was_late() -> None:
    at_once = replace(ACTIVITY, calendar=replace(CALENDAR, pay_within=timedelta(hours=1)))
    outlook = replace(OUTLOOK, activities={CANTEEN: at_once})
    wish = WishForFamily(LOUIS, {slot(LATE): Action.BOOK, slot(IN_TIME): Action.BOOK}, True, reason="Hospitalisation")
    _, lines = review_wish(outlook, wish, [UUID(int=1), UUID(int=2)])
    assert [(line.unit_price_cents, line.pay_until(outlook.moment.now)) for line in lines] == [(500, None)] * 2
    actor = Actor(ActorKind.TOWN_HALL, DESK)
    told = [(each.slots, each.reason) for each in traces_for_family(FAMILY, actor, lines, wish.reason)]
    assert told == [
        ((MemberSlot(LOUIS, CANTEEN, IN_TIME, "day"),), "Hospitalisation"),
        ((MemberSlot(LOUIS, CANTEEN, LATE, "day"),), "Hors délai : Hospitalisation"),
    ]
