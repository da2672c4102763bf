"""Booking rules of real communes, on both sides of their last minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.adapters.documents import read_rule, rule_document
from planning.adapters.holiday_source import LibraryHolidaySource
from planning.domain.calendars import Holidays
from planning.domain.rules import (
    Action,
    Counting,
    DaysBeforeDeadline,
    Rule,
    WeeklyDeadline,
    closes_at,
    describe,
    explain,
)

PARIS = "Europe/Paris"
YEAR = LibraryHolidaySource().propose(2022, "A", "26300")
HOLIDAYS = Holidays(public=YEAR.public, school=tuple(YEAR.school))


def weekly(week_day: int, moment: str, weeks_before: int = 1) -> WeeklyDeadline:
    return WeeklyDeadline(week_day, time.fromisoformat(moment), weeks_before)


def before(days: int, moment: str, counting: Counting = Counting.CALENDAR) -> DaysBeforeDeadline:
    return DaysBeforeDeadline(days, time.fromisoformat(moment), counting)


MON, TUE, WED, THU, FRI = range(5)
GUIDE_CANTEEN = Rule(weekly(THU, "12:00"))
CRUAS = Rule(before(2, "12:00", Counting.WITHOUT_WEEKENDS), {WED: weekly(THU, "12:00")})
RONTALON = Rule(before(1, "11:00", Counting.SCHOOL))
VAILHAUQUES = Rule(weekly(FRI, "09:00"), {THU: weekly(TUE, "09:00", 0), FRI: weekly(TUE, "09:00", 0)})

# commune, rule, booked day, last minute (local time)
COMMUNES = [
    ("guide, canteen", GUIDE_CANTEEN, "2022-09-05", "2022-09-01 12:00"),
    ("guide, canteen", GUIDE_CANTEEN, "2022-09-09", "2022-09-01 12:00"),
    ("guide, canteen, a Sunday belongs to the week it ends", GUIDE_CANTEEN, "2022-09-11", "2022-09-01 12:00"),
    ("guide, canteen, over New Year", GUIDE_CANTEEN, "2023-01-03", "2022-12-29 12:00"),
    ("guide, after-school", Rule(before(1, "23:59")), "2022-09-06", "2022-09-05 23:59"),
    ("veyras, canteen", Rule(weekly(TUE, "23:59")), "2022-09-16", "2022-09-06 23:59"),
    ("veyras, after-school", Rule(before(1, "18:00")), "2022-10-01", "2022-09-30 18:00"),
    ("andancette, booking", Rule(weekly(FRI, "12:00")), "2022-09-12", "2022-09-09 12:00"),
    ("andancette, cancelling", Rule(before(1, "12:00")), "2022-09-12", "2022-09-11 12:00"),
    ("cruas, Monday", CRUAS, "2022-09-12", "2022-09-08 12:00"),
    ("cruas, Tuesday", CRUAS, "2022-09-13", "2022-09-09 12:00"),
    ("cruas, Thursday", CRUAS, "2022-09-15", "2022-09-13 12:00"),
    ("cruas, Wednesday", CRUAS, "2022-09-14", "2022-09-08 12:00"),
    ("lecres", Rule(before(8, "23:59")), "2022-09-09", "2022-09-01 23:59"),
    ("rontalon, Tuesday", RONTALON, "2022-09-13", "2022-09-12 11:00"),
    ("rontalon, Monday", RONTALON, "2022-09-12", "2022-09-09 11:00"),
    ("rontalon, Thursday", RONTALON, "2022-09-15", "2022-09-13 11:00"),
    ("rontalon, after the holidays", RONTALON, "2022-11-07", "2022-10-21 11:00"),
    ("rontalon, after a public holiday", RONTALON, "2022-11-14", "2022-11-10 11:00"),
    ("villes-soeurs", Rule(before(3, "12:00", Counting.WORKING)), "2022-11-15", "2022-11-09 12:00"),
    ("vailhauques, Tuesday", VAILHAUQUES, "2022-09-13", "2022-09-09 09:00"),
    ("vailhauques, Friday", VAILHAUQUES, "2022-09-16", "2022-09-13 09:00"),
    ("cuillé, cancelling", Rule(before(0, "08:30")), "2022-09-13", "2022-09-13 08:30"),
    ("summer time begins", GUIDE_CANTEEN, "2023-04-03", "2023-03-30 12:00"),
    ("winter time", GUIDE_CANTEEN, "2023-03-27", "2023-03-23 12:00"),
]


@pytest.mark.parametrize(("commune", "rule", "day", "last"), COMMUNES, ids=[f"{c[0]} {c[2]}" for c in COMMUNES])
def test_the_last_minute_is_included_and_the_next_is_not(commune: str, rule: Rule, day: str, last: str) -> None:
    minute = datetime.fromisoformat(last).replace(tzinfo=ZoneInfo(PARIS)).astimezone(UTC)
    booked = date.fromisoformat(day)

    def possible(now: datetime) -> bool:
        return explain(rule, Action.BOOK, booked, HOLIDAYS, time_zone=PARIS, now=now)[0]

    assert possible(minute - timedelta(minutes=1))
    assert possible(minute)
    assert possible(minute + timedelta(seconds=59, microseconds=999_999))
    assert not possible(minute + timedelta(minutes=1))


def test_noon_is_the_communes_own() -> None:
    assert closes_at(GUIDE_CANTEEN, date(2022, 9, 6), HOLIDAYS, PARIS).isoformat()[:16] == "2022-09-01T10:00"
    assert closes_at(GUIDE_CANTEEN, date(2022, 9, 6), HOLIDAYS, "Indian/Reunion").isoformat()[:16] == "2022-09-01T08:00"
    assert closes_at(GUIDE_CANTEEN, date(2022, 12, 6), HOLIDAYS, PARIS).isoformat()[:16] == "2022-12-01T11:00"


def test_a_minute_shown_twice_ends_the_second_time() -> None:
    rule = Rule(before(1, "02:30"))
    assert closes_at(rule, date(2022, 10, 31), HOLIDAYS, PARIS) == datetime(2022, 10, 30, 1, 30, 59, 999_999, UTC)


def test_a_minute_that_is_skipped_ends_with_the_last_one_shown_before() -> None:
    rule = Rule(before(1, "02:30"))
    assert closes_at(rule, date(2023, 3, 27), HOLIDAYS, PARIS) == datetime(2023, 3, 26, 0, 59, 59, 999_999, UTC)


@pytest.mark.parametrize(
    ("rule", "action", "sentence"),
    [
        (GUIDE_CANTEEN, Action.BOOK, "Réservation possible jusqu'au jeudi 12h pour la semaine suivante."),
        (Rule(before(1, "23:59")), Action.CANCEL, "Annulation possible jusqu'à 23h59 la veille."),
        (Rule(before(0, "07:00")), Action.BOOK, "Réservation possible jusqu'à 7h le jour même."),
        (Rule(before(8, "23:59")), Action.BOOK, "Réservation possible jusqu'à 23h59, 8 jours avant."),
        (RONTALON, Action.BOOK, "Réservation possible jusqu'à 11h le jour d'école précédent."),
        (Rule(weekly(WED, "12:00", 2)), Action.BOOK, "Réservation possible jusqu'au mercredi 12h, 2 semaines avant."),
        (
            CRUAS,
            Action.BOOK,
            "Réservation possible jusqu'à 12h, 2 jours avant, sans compter les week-ends. "
            "Pour le mercredi : jusqu'au jeudi 12h pour la semaine suivante.",
        ),
        (
            VAILHAUQUES,
            Action.BOOK,
            "Réservation possible jusqu'au vendredi 9h pour la semaine suivante. "
            "Pour le jeudi et le vendredi : jusqu'au mardi 9h pour la même semaine.",
        ),
    ],
)
def test_a_rule_says_itself(rule: Rule, action: Action, sentence: str) -> None:
    assert describe(rule, action) == sentence


def test_a_locked_day_says_when_it_closed() -> None:
    now = datetime(2022, 9, 1, 10, 1, tzinfo=UTC)
    day = date(2022, 9, 6)
    assert explain(GUIDE_CANTEEN, Action.BOOK, day, HOLIDAYS, time_zone=PARIS, now=now) == (
        False,
        "Trop tard : les réservations pour le 6 septembre 2022 étaient possibles "
        "jusqu'au jeudi 1er septembre 2022 à 12h00.",
    )
    assert "les annulations" in explain(GUIDE_CANTEEN, Action.CANCEL, day, HOLIDAYS, time_zone=PARIS, now=now)[1]


times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
deadlines = st.one_of(
    st.builds(WeeklyDeadline, st.integers(0, 6), times, st.integers(0, 3)),
    st.builds(DaysBeforeDeadline, st.integers(0, 15), times, st.sampled_from(Counting)),
)
rules = st.builds(Rule, deadlines, st.dictionaries(st.integers(0, 6), deadlines))
days = st.dates(date(2022, 9, 1), date(2023, 8, 31))
AUGUST = datetime(2022, 8, 1, tzinfo=UTC)
moments = st.integers(0, 396 * 24 * 60).map(lambda minutes: AUGUST + timedelta(minutes=minutes))
zones = st.sampled_from([PARIS, "Indian/Reunion", "America/Cayenne", "Pacific/Noumea", "America/Miquelon"])


@given(rules, days, st.tuples(moments, moments).map(sorted), zones)
def test_a_later_moment_never_opens_a_day(rule: Rule, day: date, now: list[datetime], zone: str) -> None:
    earlier, later = (explain(rule, Action.BOOK, day, HOLIDAYS, time_zone=zone, now=n)[0] for n in now)
    assert earlier or not later


@given(rules, days, moments, zones)
def test_verdict_sentence_and_closing_agree(rule: Rule, day: date, now: datetime, zone: str) -> None:
    possible, sentence = explain(rule, Action.BOOK, day, HOLIDAYS, time_zone=zone, now=now)
    closing = closes_at(rule, day, HOLIDAYS, zone)
    assert possible == (now <= closing)
    assert sentence.startswith("Trop tard") != possible
    local = closing.astimezone(ZoneInfo(zone))
    assert sentence.endswith(f"{local.year} à {local.hour}h{local.minute:02}.")


@given(rules, days)
def test_a_day_never_closes_before_the_days_that_its_rule_counts(rule: Rule, day: date) -> None:
    deadline = rule.deadline(day)
    if isinstance(deadline, DaysBeforeDeadline):
        assert day - deadline.last_day(day, HOLIDAYS) >= timedelta(days=deadline.days)
    else:
        assert deadline.last_day(day, HOLIDAYS).weekday() == deadline.week_day


@given(rules)
def test_a_stored_rule_is_read_as_it_was(rule: Rule) -> None:
    assert read_rule(rule_document(rule)) == rule
