"""Booking rules of real communes, on both sides of their last minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.adapters.documents import read_rule, rule_document
from planning.adapters.holiday_source import LibraryHolidaySource
from planning.domain.calendars import Holidays
from planning.domain.deadlines import (
    Counting,
    DayOfMonthDeadline,
    DaysBeforeDeadline,
    HoursBeforeDeadline,
    SchoolPeriodDeadline,
    WeeklyDeadline,
)
from planning.domain.rules import (
    Action,
    DatesDeadline,
    Rule,
    Timing,
    Window,
    closes_at,
    describe,
    explain,
    opens_at,
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
ERAGNY = Rule(HoursBeforeDeadline(72, time(12)), school_holidays=before(15, "12:00"))
SAINT_LAGER = Rule(DayOfMonthDeadline(20, time(23, 59), 1))
DAMVILLERS = Rule(SchoolPeriodDeadline(7, time(23, 59)))
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
    ("eragny", ERAGNY, "2022-09-13", "2022-09-10 12:00"),
    ("eragny, in the holidays", ERAGNY, "2022-10-26", "2022-10-11 12:00"),
    ("cuillé, booking", Rule(HoursBeforeDeadline(72, time(0))), "2022-09-13", "2022-09-10 00:00"),
    ("montagnac", Rule(weekly(WED, "23:59")), "2022-09-16", "2022-09-07 23:59"),
    ("toulouse", Rule(before(7, "23:59")), "2022-09-09", "2022-09-02 23:59"),
    ("mairiesmlv, after-school", Rule(before(0, "07:00")), "2022-09-13", "2022-09-13 07:00"),
    ("saint-lager", SAINT_LAGER, "2022-10-03", "2022-09-20 23:59"),
    ("saint-lager, over New Year", SAINT_LAGER, "2023-01-31", "2022-12-20 23:59"),
    ("the 31st of a short month", Rule(DayOfMonthDeadline(31, time(12), 1)), "2023-03-10", "2023-02-28 12:00"),
    ("damvillers, first day of the period", DAMVILLERS, "2022-11-07", "2022-10-31 23:59"),
    ("damvillers, last day of the period", DAMVILLERS, "2022-12-16", "2022-10-31 23:59"),
    ("damvillers, the holidays", DAMVILLERS, "2022-10-27", "2022-10-15 23:59"),
    ("damvillers, a bridge begins no period", DAMVILLERS, "2023-05-22", "2023-04-17 23:59"),
    ("damvillers, nor is it one", DAMVILLERS, "2023-05-19", "2023-04-17 23:59"),
    ("damvillers, the first weeks of school", DAMVILLERS, "2022-10-03", "2022-08-25 23:59"),
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
        return explain(rule, Action.BOOK, booked, HOLIDAYS, time_zone=PARIS, now=now).possible

    assert possible(minute - timedelta(minutes=1))
    assert possible(minute)
    assert possible(minute + timedelta(seconds=59, microseconds=999_999))
    assert not possible(minute + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("day", "starts", "last"),
    [
        ("2022-09-13", time(7, 30), datetime(2022, 9, 10, 5, 30, tzinfo=UTC)),
        ("2022-09-13", time(16, 30), datetime(2022, 9, 10, 14, 30, tzinfo=UTC)),
        ("2022-09-13", None, datetime(2022, 9, 9, 22, 0, tzinfo=UTC)),
        # Clocks go back in the night of 30 October, and forward in that of 26 March: the wall's hour stays.
        ("2022-11-01", time(7, 30), datetime(2022, 10, 29, 5, 30, tzinfo=UTC)),
        ("2023-03-28", time(16, 30), datetime(2023, 3, 25, 15, 30, tzinfo=UTC)),
        ("2022-11-02", time(2, 30), datetime(2022, 10, 30, 1, 30, tzinfo=UTC)),
        ("2023-03-29", time(2, 30), datetime(2023, 3, 26, 0, 59, tzinfo=UTC)),
    ],
)
def test_hours_are_counted_from_the_start_of_the_slot(day: str, starts: time | None, last: datetime) -> None:
    rule, booked = Rule(HoursBeforeDeadline(72)), date.fromisoformat(day)

    def possible(now: datetime) -> bool:
        told = explain(rule, Action.BOOK, booked, HOLIDAYS, time_zone=PARIS, now=now, starts=starts)
        return told.possible

    assert closes_at(rule, booked, HOLIDAYS, PARIS, starts) == last + timedelta(seconds=59, microseconds=999_999)
    assert possible(last)
    assert not possible(last + timedelta(minutes=1))


def test_a_time_in_the_rule_goes_before_the_slots_own() -> None:
    assert closes_at(ERAGNY, date(2022, 9, 13), HOLIDAYS, PARIS, time(8)).isoformat()[:16] == "2022-09-10T10:00"


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
        (
            Rule(HoursBeforeDeadline(72)),
            Action.BOOK,
            "Réservation possible jusqu'à 72 heures avant le début du créneau.",
        ),
        (Rule(HoursBeforeDeadline(0)), Action.CANCEL, "Annulation possible jusqu'au début du créneau."),
        (Rule(HoursBeforeDeadline(0, time(8, 30))), Action.CANCEL, "Annulation possible jusqu'à 8h30 le jour même."),
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
    verdict = explain(GUIDE_CANTEEN, Action.BOOK, day, HOLIDAYS, time_zone=PARIS, now=now)
    assert (verdict.timing, verdict.closes_at) == (Timing.LATE, datetime(2022, 9, 1, 10, 0, 59, 999_999, UTC))
    assert verdict.sentence == (
        "Trop tard : les réservations pour le 6 septembre 2022 étaient possibles "
        "jusqu'au jeudi 1er septembre 2022 à 12h00."
    )
    cancelling = explain(GUIDE_CANTEEN, Action.CANCEL, day, HOLIDAYS, time_zone=PARIS, now=now)
    assert "les annulations" in cancelling.sentence


def test_a_deadline_later_in_the_week_than_the_day_ends_with_the_day() -> None:
    rule, monday = Rule(weekly(FRI, "12:00", 0)), date(2022, 9, 5)
    now = datetime(2022, 9, 6, 8, tzinfo=UTC)
    verdict = explain(rule, Action.BOOK, monday, HOLIDAYS, time_zone=PARIS, now=now)
    assert verdict.sentence == (
        "Trop tard : les réservations pour le 5 septembre 2022 étaient possibles "
        "jusqu'au lundi 5 septembre 2022 à 23h59."
    )
    assert closes_at(rule, date(2022, 9, 9), HOLIDAYS, PARIS).isoformat()[:16] == "2022-09-09T10:00"


JUNE = map(datetime.fromisoformat, ("2023-06-01T12:00", "2023-06-30T23:59"))
JULY = Window(date(2023, 7, 10), date(2023, 7, 29), *JUNE)
CAMP = Rule(before(7, "12:00"), windows=(JULY,))


@pytest.mark.parametrize(
    ("now", "timing", "sentence"),
    [
        (
            "2023-06-01 11:59:59",
            Timing.EARLY,
            "Les réservations pour le 12 juillet 2023 ouvrent le jeudi 1er juin 2023 à 12h00.",
        ),
        (
            "2023-06-01 12:00:00",
            Timing.OPEN,
            "Les réservations pour le 12 juillet 2023 sont possibles jusqu'au vendredi 30 juin 2023 à 23h59.",
        ),
        ("2023-06-30 23:59:59", Timing.OPEN, "Les réservations pour le 12 juillet 2023 sont possibles jusqu'au"),
        ("2023-07-01 00:00:00", Timing.LATE, "Trop tard : les réservations pour le 12 juillet 2023 étaient possibles"),
    ],
)
def test_a_window_opens_and_closes(now: str, timing: Timing, sentence: str) -> None:
    instant = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(PARIS)).astimezone(UTC)
    verdict = explain(CAMP, Action.BOOK, date(2023, 7, 12), HOLIDAYS, time_zone=PARIS, now=instant)
    assert verdict.timing is timing
    assert verdict.sentence.startswith(sentence)


def test_a_window_only_narrows() -> None:
    assert closes_at(CAMP, date(2023, 7, 4), HOLIDAYS, PARIS).isoformat()[:16] == "2023-06-27T10:00"
    late = Rule(before(20, "12:00"), windows=(JULY,))
    assert closes_at(late, date(2023, 7, 12), HOLIDAYS, PARIS).isoformat()[:16] == "2023-06-22T10:00"


def test_what_is_nearest_to_the_day_prevails() -> None:
    spring = DatesDeadline(date(2023, 2, 6), date(2023, 2, 8), before(30, "12:00"))
    rule = Rule(before(1, "12:00"), {MON: before(2, "12:00")}, before(15, "12:00"), (spring,))
    expected = {date(2023, 1, 30): 2, date(2023, 1, 31): 1, date(2023, 2, 6): 30, date(2023, 2, 13): 15}
    for day, number in expected.items():
        assert rule.deadline(day, HOLIDAYS) == before(number, "12:00")
    assert "Pendant les vacances scolaires : jusqu'à 12h, 15 jours avant." in describe(rule, Action.BOOK)
    assert "Du 06/02/2023 au 07/02/2023 : jusqu'à 12h, 30 jours avant." in describe(rule, Action.BOOK)


def public_holidays(postal_code: str) -> Holidays:
    return Holidays(public=LibraryHolidaySource().propose(2022, "A", postal_code).public)


@pytest.mark.parametrize(
    ("postal_code", "day", "last"),
    [
        ("26300", "2023-04-11", "2023-04-07 12:00"),  # Easter Monday is no working day anywhere
        ("67000", "2023-04-11", "2023-04-06 12:00"),  # nor is Good Friday in Alsace
        ("26300", "2022-12-27", "2022-12-26 12:00"),
        ("57000", "2022-12-27", "2022-12-23 12:00"),  # Saint Stephen in Moselle
        ("97400", "2022-12-21", "2022-12-19 12:00"),  # the abolition of slavery in La Réunion
        ("26300", "2022-12-21", "2022-12-20 12:00"),
    ],
)
def test_public_holidays_of_the_commune_count(postal_code: str, day: str, last: str) -> None:
    deadline = before(1, "12:00", Counting.WORKING)
    minute = deadline.last_minute(date.fromisoformat(day), public_holidays(postal_code), time(8))
    assert minute == datetime.fromisoformat(last)


def test_school_holidays_of_the_zone_count() -> None:
    zones = {zone: LibraryHolidaySource().propose(2022, zone, "26300") for zone in "ABC"}
    starts = {
        zone: Holidays(year.public, tuple(year.school)).school_period_start(date(2023, 3, 15))
        for zone, year in zones.items()
    }
    assert starts == {"A": date(2023, 2, 20), "B": date(2023, 2, 27), "C": date(2023, 3, 6)}


times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
deadlines = st.one_of(
    st.builds(WeeklyDeadline, st.integers(0, 6), times, st.integers(0, 3)),
    st.builds(DaysBeforeDeadline, st.integers(0, 15), times, st.sampled_from(Counting)),
    st.builds(HoursBeforeDeadline, st.integers(0, 200), st.none() | times),
    st.builds(DayOfMonthDeadline, st.integers(1, 31), times, st.integers(1, 3)),
    st.builds(SchoolPeriodDeadline, st.integers(0, 30), times),
)
periods = st.tuples(st.dates(date(2022, 9, 1), date(2023, 8, 31)), st.integers(1, 60)).map(
    lambda drawn: (drawn[0], drawn[0] + timedelta(days=drawn[1]))
)
minutes = st.datetimes(*map(datetime.fromisoformat, ("2022-08-01", "2023-08-31"))).map(
    lambda each: each.replace(second=0, microsecond=0)
)
windows = st.builds(
    lambda period, ends, opens: Window(*period, min(ends) if opens else None, max(ends)),
    periods,
    st.tuples(minutes, minutes),
    st.booleans(),
)
rules = st.builds(
    Rule,
    deadlines,
    st.dictionaries(st.integers(0, 6), deadlines),
    st.none() | deadlines,
    st.lists(st.builds(lambda period, deadline: DatesDeadline(*period, deadline), periods, deadlines), max_size=2).map(
        tuple
    ),
    st.lists(windows, max_size=2).map(tuple),
)
days = st.dates(date(2022, 9, 1), date(2023, 8, 31))
AUGUST = datetime(2022, 8, 1, tzinfo=UTC)
moments = st.integers(0, 396 * 24 * 60).map(lambda minutes: AUGUST + timedelta(minutes=minutes))
zones = st.sampled_from([PARIS, "Indian/Reunion", "America/Cayenne", "Pacific/Noumea", "America/Miquelon"])


@given(rules, days, st.tuples(moments, moments).map(sorted), zones)
def test_a_later_moment_never_opens_a_day_that_was_open_or_closed(
    rule: Rule, day: date, now: list[datetime], zone: str
) -> None:
    order = list(Timing)
    earlier, later = (explain(rule, Action.BOOK, day, HOLIDAYS, time_zone=zone, now=n).timing for n in now)
    assert order.index(earlier) <= order.index(later)


@given(rules, days, zones, st.tuples(times, times).map(sorted))
def test_a_later_slot_never_closes_earlier(rule: Rule, day: date, zone: str, starts: list[time]) -> None:
    earlier, later = (closes_at(rule, day, HOLIDAYS, zone, each) for each in starts)
    assert earlier <= later if rule.counts_from_slots else earlier == later


@given(rules, days, moments, zones)
def test_verdict_sentence_and_instants_agree(rule: Rule, day: date, now: datetime, zone: str) -> None:
    verdict = explain(rule, Action.BOOK, day, HOLIDAYS, time_zone=zone, now=now)
    opening, closing = opens_at(rule, day, zone), closes_at(rule, day, HOLIDAYS, zone)
    assert (verdict.opens_at, verdict.closes_at) == (opening, closing)
    assert (verdict.timing is Timing.LATE) == (now > closing) == verdict.sentence.startswith("Trop tard")
    assert (verdict.timing is Timing.EARLY) == (now <= closing and opening is not None and now < opening)
    named = (opening if verdict.timing is Timing.EARLY and opening else closing).astimezone(ZoneInfo(zone))
    assert verdict.sentence.endswith(f"{named.year} à {named.hour}h{named.minute:02}.")


@given(rules, days, zones, times)
def test_nothing_closes_after_the_day(rule: Rule, day: date, zone: str, starts: time) -> None:
    midnight = datetime.combine(day + timedelta(days=1), time(0), ZoneInfo(zone))
    assert closes_at(rule, day, HOLIDAYS, zone, starts) < midnight
    told = explain(rule, Action.BOOK, day, HOLIDAYS, time_zone=zone, now=midnight.astimezone(UTC), starts=starts)
    assert told.timing is Timing.LATE


@given(st.sampled_from(Counting), st.integers(0, 15), times, days)
def test_a_day_never_closes_after_the_days_that_are_counted(
    counting: Counting, number: int, moment: time, day: date
) -> None:
    last = DaysBeforeDeadline(number, moment, counting).last_minute(day, HOLIDAYS, time(8)).date()
    assert day - last >= timedelta(days=number)


@given(days)
def test_a_school_period_is_whole(day: date) -> None:
    start = HOLIDAYS.school_period_start(day)
    assert start <= day
    assert HOLIDAYS.long_holiday(start) == HOLIDAYS.long_holiday(day)
    between = [start + timedelta(days=n) for n in range((day - start).days + 1)]
    assert {HOLIDAYS.school_period_start(each) for each in between} == {start}


@given(rules)
def test_a_stored_rule_is_read_as_it_was(rule: Rule) -> None:
    assert read_rule(rule_document(rule)) == rule
