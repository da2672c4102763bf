"""The state of a day and its reason, by priority."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.values import AttendanceState
from planning.domain.calendars import ActivityCalendar, Closure, During, Holidays
from planning.domain.cells import BookedBy, CellState, Day, Moment, judge
from planning.domain.deadlines import Counting, DaysBeforeDeadline, WeeklyDeadline
from planning.domain.limits import EVERYONE, Limit, Taken
from planning.domain.rules import Action, Rule

CALENDAR = ActivityCalendar(
    week_days=frozenset(range(5)),
    during=During.ALWAYS,
    capacity=20,
    last_places=3,
    booking_rule=Rule(WeeklyDeadline(3, time(12), 1)),
    cancelling_rule=Rule(DaysBeforeDeadline(1, time(12), Counting.CALENDAR)),
    closures=(Closure(date(2022, 9, 14), date(2022, 9, 15), "Sortie scolaire"),),
)


def booked(number: int, of: int | None = 20) -> tuple[Taken, ...]:
    return (Taken(Limit(EVERYONE, of), number),)


TUESDAY = Day(
    day=date(2022, 9, 13),
    opens_on=date(2022, 9, 1),
    closes_on=date(2023, 7, 8),
    calendar=CALENDAR,
    price_cents=500,
)
UNPAID = "L'adhésion de Louis n'est pas payée."
US, OTHER = BookedBy.US, BookedBy.OTHER_HOME
IN_TIME = datetime(2022, 9, 8, 10, 0, 59, tzinfo=UTC)
TOO_LATE = datetime(2022, 9, 8, 10, 1, tzinfo=UTC)
NEXT_DAY = datetime(2022, 9, 14, 8, tzinfo=UTC)
TUESDAY_NIGHT = datetime(2022, 9, 13, 20, tzinfo=UTC)
EXCUSED = AttendanceState.ABSENT_JUSTIFIED
LATE = (
    "Trop tard : les réservations pour le 13 septembre 2022 étaient possibles"
    " jusqu'au jeudi 8 septembre 2022 à 12h00. Appelez."
)
LATE_TO_CANCEL = (
    "Trop tard : les annulations pour le 13 septembre 2022 étaient possibles"
    " jusqu'au lundi 12 septembre 2022 à 12h00. Appelez."
)
BEFORE_SEASON = "Cette activité est ouverte à partir du 01/09/2022"
AFTER_SEASON = "Cette activité est terminée depuis le 08/07/2023."


def at(now: datetime) -> Moment:
    return Moment(now, now.date(), "Europe/Paris", "Appelez.")


@pytest.mark.parametrize(
    ("changes", "now", "state", "wanted", "changeable", "reason"),
    [
        ({}, IN_TIME, "available", False, True, None),
        ({"drafted": Action.BOOK}, IN_TIME, "selected", True, True, None),
        ({"booked_by": US}, IN_TIME, "booked", True, True, None),
        ({"booked_by": US, "drafted": Action.CANCEL}, IN_TIME, "removing", False, True, None),
        ({"booked_by": OTHER}, IN_TIME, "booked", False, False, "autre foyer"),
        ({"is_others": True}, IN_TIME, "other_home", False, False, "Autre foyer"),
        ({"is_others": True}, TOO_LATE, "other_home", False, False, "Autre foyer"),
        ({"is_others": True, "booked_by": OTHER}, IN_TIME, "other_home", False, False, "Autre foyer"),
        ({"is_others": True, "places": booked(20)}, IN_TIME, "other_home", False, False, "Autre foyer"),
        ({"is_others": True, "drafted": Action.BOOK}, IN_TIME, "other_home", True, False, "Autre foyer"),
        ({"is_others": True, "booked_by": US}, IN_TIME, "booked", True, True, None),
        ({"is_others": True, "blocked_reason": UNPAID}, IN_TIME, "blocked", False, False, UNPAID),
        ({"places": booked(17)}, IN_TIME, "last_places", False, True, "Plus que 3 places."),
        ({"places": booked(19)}, IN_TIME, "last_places", False, True, "Dernière place."),
        ({"places": booked(16)}, IN_TIME, "available", False, True, None),
        ({"places": booked(20)}, IN_TIME, "full", False, False, "Complet"),
        ({"places": booked(20), "drafted": Action.BOOK}, IN_TIME, "full", True, False, "Complet"),
        ({"places": booked(20), "booked_by": US}, IN_TIME, "booked", True, True, None),
        ({"places": booked(99, of=None)}, IN_TIME, "available", False, True, None),
        ({}, TOO_LATE, "deadline_passed", False, False, LATE),
        ({"drafted": Action.BOOK}, TOO_LATE, "deadline_passed", True, False, LATE),
        ({"booked_by": US}, TOO_LATE, "booked", True, True, None),
        ({"booked_by": US}, datetime(2022, 9, 12, 10, 1, tzinfo=UTC), "booked", True, False, LATE_TO_CANCEL),
        ({}, NEXT_DAY, "deadline_passed", False, False, "Ce jour est passé."),
        ({"booked_by": US}, NEXT_DAY, "booked", True, False, "Ce jour est passé."),
        ({"booked_by": US, "listed": True}, NEXT_DAY, "present", True, False, "Présence pointée sur la liste du jour."),
        (
            {"booked_by": US, "listed": False},
            NEXT_DAY,
            "absent",
            True,
            False,
            "sans avoir été annoncée : jour facturé.",
        ),
        ({"booked_by": US, "listed": True}, TUESDAY_NIGHT, "booked", True, False, LATE_TO_CANCEL),
        (
            {"booked_by": US, "listed": True, "attendance": EXCUSED},
            NEXT_DAY,
            "present",
            True,
            False,
            "malgré l'absence",
        ),
        (
            {"booked_by": US, "listed": False, "attendance": EXCUSED},
            NEXT_DAY,
            "absent_justified",
            True,
            False,
            "justifiée",
        ),
        ({"listed": True}, NEXT_DAY, "present_without_booking", False, False, "sans réservation."),
        ({"listed": False}, NEXT_DAY, "deadline_passed", False, False, "Ce jour est passé."),
        ({"listed": True, "booked_by": OTHER}, NEXT_DAY, "booked", False, False, "autre foyer"),
        ({"listed": True, "is_others": True}, NEXT_DAY, "other_home", False, False, "Autre foyer"),
        ({"listed": True, "is_others": True, "booked_by": OTHER}, NEXT_DAY, "other_home", False, False, "Autre foyer"),
        ({"listed": True, "blocked_reason": UNPAID}, NEXT_DAY, "blocked", False, False, UNPAID),
        ({"places": booked(20)}, TOO_LATE, "deadline_passed", False, False, LATE),
        ({"blocked_reason": UNPAID}, IN_TIME, "blocked", False, False, UNPAID),
        ({"blocked_reason": UNPAID}, TOO_LATE, "blocked", False, False, UNPAID),
        ({"day": date(2022, 9, 14)}, IN_TIME, "closed", False, False, "Sortie scolaire"),
        ({"day": date(2022, 9, 14), "blocked_reason": UNPAID}, IN_TIME, "closed", False, False, "Sortie scolaire"),
        ({"day": date(2022, 9, 14), "booked_by": US}, IN_TIME, "booked", True, True, "Sortie scolaire"),
        ({"day": date(2022, 9, 10)}, IN_TIME, "closed", False, False, "Cette activité n'a pas lieu le samedi."),
        ({"offered": False}, IN_TIME, "closed", False, False, "Ce créneau n'est plus proposé."),
        ({"excluded_by": "Matin"}, IN_TIME, "excluded", False, False, "Ne se cumule pas avec « Matin »"),
        ({"excluded_by": "Matin", "places": booked(20)}, IN_TIME, "excluded", False, False, "Ne se cumule pas"),
        ({"replaces": "Matin"}, IN_TIME, "available", False, True, "À choisir à la place de « Matin »."),
        ({"calendar": None}, IN_TIME, "closed", False, False, "Le calendrier de cette activité"),
        (
            {"day": date(2022, 8, 31)},
            NEXT_DAY,
            "blocked",
            False,
            False,
            "Cette activité est ouverte à partir du 01/09/2022",
        ),
        (
            {"day": date(2023, 7, 8)},
            IN_TIME,
            "closed",
            False,
            False,
            "Cette activité est terminée depuis le 08/07/2023.",
        ),
    ],
)
def test_state_and_reason(changes, now, state, wanted, changeable, reason) -> None:
    cell = judge(replace(TUESDAY, **changes), Holidays(), at(now))
    assert (cell.state, cell.wanted, cell.changeable) == (state, wanted, changeable)
    assert (cell.reason is None) == (reason is None)
    assert reason is None or reason in cell.reason


@pytest.mark.parametrize(
    ("changes", "now", "general"),
    [
        ({}, TOO_LATE, "Trop tard. Réservation possible jusqu'au jeudi 12h pour la semaine suivante. Appelez."),
        (
            {"booked_by": US},
            datetime(2022, 9, 12, 10, 1, tzinfo=UTC),
            "Trop tard. Annulation possible jusqu'à 12h la veille. Appelez.",
        ),
        ({}, NEXT_DAY, None),
        ({}, IN_TIME, None),
        ({"day": date(2022, 9, 14)}, TOO_LATE, None),
    ],
)
def test_what_names_the_day_is_also_told_as_the_rule(changes, now, general) -> None:
    assert judge(replace(TUESDAY, **changes), Holidays(), at(now)).general_reason == general


def test_the_other_homes_price_is_not_shown() -> None:
    assert judge(replace(TUESDAY, booked_by=OTHER), Holidays(), at(IN_TIME)).price_cents == 0


def test_closing_time_is_the_one_of_the_next_action() -> None:
    free, booked = (judge(day, Holidays(), at(IN_TIME)) for day in (TUESDAY, replace(TUESDAY, booked_by=US)))
    assert free.closes_at.isoformat()[:16] == "2022-09-08T10:00"
    assert booked.closes_at.isoformat()[:16] == "2022-09-12T10:00"


cells = st.builds(
    Day,
    day=st.dates(date(2022, 8, 25), date(2022, 10, 1)),
    opens_on=st.just(date(2022, 9, 1)),
    closes_on=st.just(date(2022, 9, 25)),
    calendar=st.sampled_from([None, CALENDAR]),
    blocked_reason=st.sampled_from([None, UNPAID]),
    price_cents=st.just(500),
    booked_by=st.sampled_from([None, US, OTHER]),
    drafted=st.sampled_from([None, *Action]),
    places=st.builds(booked, st.integers(0, 20), st.sampled_from([None, 20])),
    offered=st.booleans(),
    excluded_by=st.sampled_from([None, "Matin"]),
    replaces=st.sampled_from([None, "Matin"]),
    is_others=st.booleans(),
    listed=st.sampled_from([None, False, True]),
)
AUGUST = datetime(2022, 8, 1, tzinfo=UTC)
moments = st.integers(0, 61 * 24 * 60).map(lambda minutes: AUGUST + timedelta(minutes=minutes))


@given(cells, moments)
def test_what_cannot_be_changed_says_why(day: Day, now: datetime) -> None:
    cell = judge(day, Holidays(), at(now))
    assert cell.changeable or cell.reason
    assert cell.reason or cell.state not in (CellState.FULL, CellState.LAST_PLACES, CellState.CLOSED, CellState.BLOCKED)


@given(cells, st.tuples(moments, moments).map(sorted))
def test_a_later_moment_never_makes_a_day_changeable(day: Day, now: list[datetime]) -> None:
    earlier, later = (judge(day, Holidays(), at(n)).changeable for n in now)
    assert earlier or not later
