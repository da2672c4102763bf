"""Days on which an activity takes place, holidays, and what the libraries propose."""

from dataclasses import replace
from datetime import date, time

import pytest

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
    of_some_schools,
)
from planning.domain.deadlines import WeeklyDeadline
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
    assert of_some_schools(BY_SCHOOL, date(2022, 9, 13)) == ["Fermé pour Jules Ferry et Pasteur : Sortie scolaire"]
    assert of_some_schools(BY_SCHOOL, date(2022, 9, 14)) == ["Ouvert pour Pasteur : Rattrapage"]
    assert of_some_schools(BY_SCHOOL, date(2022, 9, 21)) == []


def test_school_holidays_of_2022_2023_in_zone_a() -> None:
    """Arrêté du 7 décembre 2020 (calendrier scolaire 2022-2023), days of return excluded."""
    year = SOURCE.propose(2022, "A", "26300")
    assert year.school_holidays_known
    assert [(period.from_day, period.to_day, period.name) for period in year.school] == [
        (date(2022, 10, 22), date(2022, 11, 7), "Vacances de la Toussaint"),
        (date(2022, 12, 17), date(2023, 1, 3), "Vacances de Noël"),
        (date(2023, 2, 4), date(2023, 2, 20), "Vacances d'hiver"),
        (date(2023, 4, 8), date(2023, 4, 24), "Vacances de printemps"),
        (date(2023, 7, 8), date(2023, 9, 4), "Vacances d'été"),
    ]


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
