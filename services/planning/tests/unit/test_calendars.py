"""Days on which an activity takes place, holidays, and what the libraries propose."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from holidays import country_holidays

from planning.adapters.holiday_source import LibraryHolidaySource
from planning.application.fill_holidays import fill_holidays, school_year, school_years
from planning.application.ports import Commune, HolidayYear
from planning.domain.calendars import (
    ActivityCalendar,
    Closure,
    During,
    ExtraOpening,
    Holidays,
    SchoolHoliday,
    for_some,
)
from planning.domain.deadlines import WeeklyDeadline
from planning.domain.holiday_years import require_sound
from planning.domain.rules import Rule

SOURCE = LibraryHolidaySource()
RULE = Rule(WeeklyDeadline(3, time(12), 1))
TOUSSAINT = SchoolHoliday(date(2022, 10, 22), date(2022, 11, 7), "Vacances de la Toussaint")
HOLIDAYS = Holidays(public={date(2022, 11, 11): "Armistice 1918"}, school=(TOUSSAINT,))
CANTEEN = ActivityCalendar(
    week_days=frozenset({0, 1, 3, 4}),
    during=During.TERM,
    capacity=None,
    last_places=0,
    booking_rule=RULE,
    cancelling_rule=RULE,
    closures=(Closure(date(2022, 9, 15), date(2022, 9, 17), "Grève"),),
    extra_openings=(
        ExtraOpening(date(2022, 9, 14), "Mercredi travaillé"),
        ExtraOpening(date(2022, 10, 24), "Stage"),
        ExtraOpening(date(2022, 9, 16), "Annulée"),
    ),
)
CENTRE = replace(CANTEEN, during=During.HOLIDAYS)
ALWAYS = replace(CANTEEN, during=During.ALWAYS)


@pytest.mark.parametrize(
    ("calendar", "day", "reason"),
    [
        (CANTEEN, "2022-09-13", None),
        (CANTEEN, "2022-09-07", "Cette activité n'a pas lieu le mercredi."),
        (CANTEEN, "2022-09-10", "Cette activité n'a pas lieu le samedi."),
        (CANTEEN, "2022-09-14", None),
        (CANTEEN, "2022-09-15", "Grève"),
        (CANTEEN, "2022-09-16", "Grève"),
        (CANTEEN, "2022-09-19", None),
        (CANTEEN, "2022-10-21", None),
        (CANTEEN, "2022-10-22", "Vacances de la Toussaint"),
        (CANTEEN, "2022-10-24", None),
        (CANTEEN, "2022-11-04", "Vacances de la Toussaint"),
        (CANTEEN, "2022-11-07", None),
        (CANTEEN, "2022-11-11", "Jour férié : Armistice 1918"),
        (CENTRE, "2022-10-25", None),
        (CENTRE, "2022-10-26", "Cette activité n'a pas lieu le mercredi."),
        (CENTRE, "2022-09-13", "Cette activité n'a lieu que pendant les vacances scolaires."),
        (ALWAYS, "2022-10-25", None),
        (ALWAYS, "2022-09-13", None),
    ],
)
def test_a_closed_day_says_why(calendar: ActivityCalendar, day: str, reason: str | None) -> None:
    for school in (None, "Jules Ferry"):
        assert calendar.closed_reason(HOLIDAYS, date.fromisoformat(day), school=school) == reason


BY_SCHOOL = replace(
    CANTEEN,
    closures=(
        Closure(date(2022, 9, 12), date(2022, 9, 14), "Sortie scolaire", frozenset({"Jules Ferry", "Pasteur"})),
        Closure(date(2022, 9, 13), date(2022, 9, 14), "Grève"),
    ),
    extra_openings=(
        ExtraOpening(date(2022, 9, 14), "Rattrapage", frozenset({"Pasteur"})),
        ExtraOpening(date(2022, 9, 21), "Fête"),
    ),
)
WEDNESDAY = "Cette activité n'a pas lieu le mercredi."


@pytest.mark.parametrize(
    ("day", "reasons"),
    [
        ("2022-09-12", {"Jules Ferry": "Sortie scolaire", "Pasteur": "Sortie scolaire", "Carnot": None, None: None}),
        ("2022-09-13", {"Jules Ferry": "Sortie scolaire", "Carnot": "Grève", None: "Grève"}),
        ("2022-09-14", {"Jules Ferry": WEDNESDAY, "Pasteur": None, "Carnot": WEDNESDAY, None: WEDNESDAY}),
        ("2022-09-21", {"Jules Ferry": None, "Pasteur": None, "Carnot": None, None: None}),
    ],
)
def test_a_school_has_its_own_closures_and_openings(day: str, reasons: dict[str | None, str | None]) -> None:
    told = {s: BY_SCHOOL.closed_reason(HOLIDAYS, date.fromisoformat(day), school=s) for s in reasons}
    assert told == reasons


def test_what_is_decided_for_some_schools_is_said() -> None:
    assert for_some(BY_SCHOOL, date(2022, 9, 13), {}) == ["Fermé pour Jules Ferry et Pasteur : Sortie scolaire"]
    assert for_some(BY_SCHOOL, date(2022, 9, 14), {}) == ["Ouvert pour Pasteur : Rattrapage"]
    assert for_some(BY_SCHOOL, date(2022, 9, 21), {}) == []


def test_a_closure_may_close_some_slots_only() -> None:
    strike = Closure(date(2022, 9, 13), date(2022, 9, 14), "Grève", slots=frozenset({"soir"}))
    of_ferry = replace(strike, schools=frozenset({"Jules Ferry"}), slots=frozenset({"matin", "soir"}))
    evening, by_school = replace(CANTEEN, closures=(strike,)), replace(CANTEEN, closures=(of_ferry,))
    day = strike.from_day
    assert evening.closed_reason(HOLIDAYS, day, "soir", school=None) == "Grève"
    assert evening.closed_reason(HOLIDAYS, day, "matin", school=None) is None
    assert evening.closed_reason(HOLIDAYS, day, school=None) is None
    closed = [by_school.closed_reason(HOLIDAYS, day, "matin", school=school) for school in ("Jules Ferry", "Pasteur")]
    assert closed == ["Grève", None]
    names = {"matin": "Matin", "soir": "Après-midi"}
    assert for_some(evening, day, names) == ["Fermé pour « Après-midi » : Grève"]
    assert for_some(by_school, day, names) == ["Fermé pour Jules Ferry, « Matin » et « Après-midi » : Grève"]


def test_school_holidays_of_2022_2023_in_zone_a() -> None:
    """Arrêté du 7 décembre 2020 (calendrier scolaire 2022-2023), days of return excluded."""
    year = SOURCE.propose(2022, "A", "26300")
    assert year.school_holidays_known
    assert [(period.from_day, period.to_day, period.name) for period in year.school] == [
        (date(2022, 10, 22), date(2022, 11, 7), "Vacances de la Toussaint"),
        (date(2022, 12, 17), date(2023, 1, 3), "Vacances de Noël"),
        (date(2023, 2, 4), date(2023, 2, 20), "Vacances d'hiver"),
        (date(2023, 4, 8), date(2023, 4, 24), "Vacances de printemps"),
        (date(2023, 5, 18), date(2023, 5, 22), "Pont de l'Ascension"),
        (date(2023, 7, 8), date(2023, 9, 4), "Vacances d'été"),
    ]


@pytest.mark.parametrize(
    ("year", "first"),
    [(2020, date(2021, 7, 7)), (2021, date(2022, 7, 8)), (2022, date(2023, 7, 8)), (2023, date(2024, 7, 6))],
)
def test_the_day_after_whose_classes_holidays_begin_is_a_day_of_school(year: int, first: date) -> None:
    """Orders of 2020 to 2022: classes ended on Tuesday 6 July 2021 and Thursday 7 July 2022, then on Fridays."""
    summer = SOURCE.propose(year, "A", "26300").school[-1]
    assert (summer.from_day, summer.name) == (first, "Vacances d'été")


COVID = date(2021, 4, 10)
"""When the spring of 2021 began for all zones: the libraries differ in whether they know it."""


@pytest.mark.parametrize("zone", ["A", "B", "C"])
def test_another_library_has_the_same_first_days_and_bridges(zone: str) -> None:
    years = range(2018, 2026)
    of_zone = dict(country_holidays("FR", f"Zone {zone}", [*years, 2026], categories=("school",), language="fr"))
    eve = timedelta(days=1)
    first_days = {(day, name) for day, name in of_zone.items() if of_zone.get(day - eve) != name}
    for year in years:
        proposed = SOURCE.propose(year, zone, "26300").school
        spring = {COVID, next(each.from_day for each in proposed if each.name == "Vacances de printemps")}
        left_out = spring if year == 2020 else set()
        theirs = {each for each in first_days if date(year, 9, 1) <= each[0] < date(year + 1, 9, 1)}
        ours = {(each.from_day, each.name) for each in proposed}
        assert {each for each in ours ^ theirs if each[0] not in left_out} == set()


@pytest.mark.parametrize("year", range(2017, 2028))
def test_the_bridge_of_the_ascension_is_proposed_every_year_and_is_no_period(year: int) -> None:
    proposed = SOURCE.propose(year, "B", "26300")
    (bridge,) = (each for each in proposed.school if each.is_bridge)
    holidays = Holidays(proposed.public, tuple(proposed.school))
    assert (proposed.public[bridge.from_day], bridge.from_day.weekday()) == ("Ascension", 3)
    friday = bridge.from_day + timedelta(days=1)
    assert holidays.school_holiday(friday) == "Pont de l'Ascension"
    assert not holidays.is_school_day(friday)
    around = [bridge.from_day - timedelta(days=2), friday, bridge.to_day]
    assert len({holidays.school_period_start(day) for day in around}) == 1, "one period of school"
    require_sound(year, proposed.school, proposed.public, [])


@pytest.mark.parametrize(("zone", "year"), [("Corse", 2022), ("A", 2040), ("A", 2028)])
def test_unknown_holidays_are_not_made_up(zone: str, year: int) -> None:
    proposed = SOURCE.propose(year, zone, "26300")
    assert (proposed.school_holidays_known, list(proposed.school)) == (False, [])
    assert date(year, 12, 25) in proposed.public


@pytest.mark.parametrize(
    ("postal_code", "day", "is_holiday"),
    [
        ("26300", date(2022, 12, 26), False),
        ("67000", date(2022, 12, 26), True),
        ("57000", date(2022, 12, 26), True),
        ("97400", date(2022, 12, 20), True),
        ("97100", date(2023, 5, 27), True),
        ("97100", date(2023, 3, 16), False),  # Mi-Carême: a custom of Guadeloupe, in no law
        ("26300", date(2022, 12, 20), False),
    ],
)
def test_public_holidays_of_the_place(postal_code: str, day: date, is_holiday: bool) -> None:
    assert (day in SOURCE.propose(2022, "A", postal_code).public) == is_holiday


def test_school_years_that_a_season_needs() -> None:
    assert school_year(date(2022, 8, 31)) == 2021
    assert school_year(date(2022, 9, 1)) == 2022
    assert school_years([(date(2022, 9, 1), date(2023, 9, 1))]) == {2021, 2022}


class Table:
    """The holiday table in memory."""

    def __init__(self, *years: HolidayYear) -> None:
        self.years = {year.school_year: year for year in years}

    async def holiday_years(self) -> list[HolidayYear]:
        return list(self.years.values())

    async def replace_holiday_year(self, year: HolidayYear) -> None:
        self.years[year.school_year] = year


async def test_what_the_town_wrote_is_not_touched() -> None:
    commune = Commune("Europe/Paris", "A", "26300", "")
    mine = HolidayYear(2022, "A", school_holidays_known=True, edited=True, school=[], public={})
    other_zone = SOURCE.propose(2021, "B", "26300")
    table = Table(mine, other_zone)
    await fill_holidays(table, SOURCE, commune, [(date(2022, 9, 1), date(2023, 7, 8))])
    assert table.years[2022] is mine
    assert table.years[2021] == SOURCE.propose(2021, "A", "26300")
