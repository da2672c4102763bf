"""Whose day it is, for a child of two homes."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from planning.domain.calendars import Holidays, SchoolHoliday
from planning.domain.custody import Custody, CustodyDates, CustodyError

MOTHER, FATHER = new_id(), new_id()
HOMES = (MOTHER, FATHER)
AUTUMN = SchoolHoliday(date(2022, 10, 22), date(2022, 11, 7), "Vacances de la Toussaint")
WINTER = SchoolHoliday(date(2023, 2, 4), date(2023, 2, 20), "Vacances d'hiver")
HOLIDAYS = Holidays(school=(AUTUMN, WINTER))
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("changes_on", "day", "home"),
    [
        # Week 36 of 2022 is from Monday 5 to Sunday 11 September.
        (0, date(2022, 9, 4), FATHER),
        (0, date(2022, 9, 5), MOTHER),
        (0, date(2022, 9, 11), MOTHER),
        (0, date(2022, 9, 12), FATHER),
        # From Friday on, most of the days are of the week that follows.
        (4, date(2022, 9, 1), FATHER),
        (4, date(2022, 9, 2), MOTHER),
        (4, date(2022, 9, 8), MOTHER),
        (4, date(2022, 9, 9), FATHER),
        # From Wednesday on, most are of the week in which it begins.
        (2, date(2022, 9, 6), FATHER),
        (2, date(2022, 9, 7), MOTHER),
        (2, date(2022, 9, 13), MOTHER),
        (2, date(2022, 9, 14), FATHER),
    ],
)
def test_weeks_alternate_from_their_first_day(changes_on: int, day: date, home: object) -> None:
    assert Custody(HOMES, even_weeks=MOTHER, changes_on=changes_on).home_on(day, Holidays()) == home


@given(day=DAYS, changes_on=st.integers(0, 6))
def test_homes_change_on_their_week_day_only(day: date, changes_on: int) -> None:
    custody = Custody(HOMES, even_weeks=FATHER, changes_on=changes_on)
    before, after = (custody.home_on(each, Holidays()) for each in (day - timedelta(days=1), day))
    assert after in HOMES
    if before != after:
        assert day.weekday() == changes_on


def test_week_53_and_week_1_are_both_odd() -> None:
    custody = Custody(HOMES, even_weeks=MOTHER)
    weeks = [date(2020, 12, 21), date(2020, 12, 28), date(2021, 1, 4), date(2021, 1, 11)]
    assert [custody.home_on(day, Holidays()) for day in weeks] == [MOTHER, FATHER, FATHER, MOTHER]


@pytest.mark.parametrize(
    ("day", "home"),
    [
        # 16 days: 8 and 8. Begun in an even year, the first half is the mother's.
        (date(2022, 10, 22), MOTHER),
        (date(2022, 10, 29), MOTHER),
        (date(2022, 10, 30), FATHER),
        (date(2022, 11, 6), FATHER),
        # In an odd year the other way round.
        (date(2023, 2, 4), FATHER),
        (date(2023, 2, 11), FATHER),
        (date(2023, 2, 12), MOTHER),
        (date(2023, 2, 19), MOTHER),
        # Outside the holidays, weeks: 42 and 45 of 2022.
        (date(2022, 10, 21), FATHER),
        (date(2022, 11, 7), MOTHER),
    ],
)
def test_holidays_are_halved_whatever_the_weeks(day: date, home: object) -> None:
    assert Custody(HOMES, even_weeks=FATHER, first_halves=MOTHER).home_on(day, HOLIDAYS) == home


def test_the_middle_day_of_holidays_is_of_the_first_half() -> None:
    easter = Holidays(school=(SchoolHoliday(date(2022, 4, 16), date(2022, 4, 21), "Vacances"),))
    custody = Custody(HOMES, first_halves=FATHER)
    homes = [custody.home_on(date(2022, 4, day), easter) for day in range(15, 22)]
    assert homes == [None, FATHER, FATHER, FATHER, MOTHER, MOTHER, None]


def test_a_bridge_is_a_day_of_its_week() -> None:
    ascension = Holidays(school=(SchoolHoliday(date(2023, 5, 18), date(2023, 5, 22), "Pont de l'Ascension"),))
    custody = Custody(HOMES, even_weeks=MOTHER, first_halves=FATHER)
    assert [custody.home_on(date(2023, 5, day), ascension) for day in range(17, 23)] == [MOTHER] * 5 + [FATHER]


def test_dates_come_before_everything() -> None:
    dates = (CustodyDates(date(2022, 10, 24), date(2022, 10, 26), FATHER),)
    custody = Custody(HOMES, even_weeks=MOTHER, first_halves=MOTHER, dates=dates)
    homes = [custody.home_on(date(2022, 10, day), HOLIDAYS) for day in range(23, 27)]
    assert homes == [MOTHER, FATHER, FATHER, MOTHER]


def test_without_weeks_a_day_is_either_homes() -> None:
    custody = Custody(HOMES, dates=(CustodyDates(date(2022, 9, 5), date(2022, 9, 6), MOTHER),))
    homes = [custody.home_on(date(2022, 9, day), Holidays()) for day in (4, 5, 6)]
    assert homes == [None, MOTHER, None]


@pytest.mark.parametrize(
    ("homes", "facts"),
    [
        ((MOTHER, MOTHER), {"even_weeks": MOTHER}),
        (HOMES, {"even_weeks": new_id()}),
        (HOMES, {"first_halves": new_id()}),
        (HOMES, {"dates": (CustodyDates(date(2022, 9, 5), date(2022, 9, 6), new_id()),)}),
        (HOMES, {}),
        (HOMES, {"dates": (CustodyDates(date(2022, 9, 5), date(2022, 9, 5), MOTHER),)}),
        (
            HOMES,
            {
                "dates": (
                    CustodyDates(date(2022, 9, 7), date(2022, 9, 9), MOTHER),
                    CustodyDates(date(2022, 9, 5), date(2022, 9, 8), FATHER),
                )
            },
        ),
    ],
)
def test_a_custody_that_contradicts_itself_is_none(homes, facts) -> None:
    with pytest.raises(CustodyError):
        Custody(homes, **facts)


def test_each_home_reads_its_own_days() -> None:
    dates = (
        CustodyDates(date(2022, 12, 24), date(2022, 12, 25), FATHER),
        CustodyDates(date(2023, 5, 1), date(2023, 5, 8), MOTHER),
    )
    custody = Custody(HOMES, even_weeks=MOTHER, changes_on=4, first_halves=FATHER, dates=dates)
    assert custody.describe(MOTHER, "Vos jours") == (
        "Vos jours : les semaines paires, du vendredi au jeudi ; la première moitié des vacances scolaires les années"
        " impaires, la seconde les années paires ; du 01/05/2023 au 07/05/2023 ; sauf le 24/12/2022."
    )
    assert custody.describe(FATHER, "Famille Roux") == (
        "Famille Roux : les semaines impaires, du vendredi au jeudi ; la première moitié des vacances scolaires les"
        " années paires, la seconde les années impaires ; le 24/12/2022 ; sauf du 01/05/2023 au 07/05/2023."
    )
    only = Custody(HOMES, dates=dates[:1])
    free = "les jours non partagés, au premier des deux foyers qui réserve"
    assert only.describe(FATHER, "Vos jours") == f"Vos jours : le 24/12/2022 ; {free}."
    assert only.describe(MOTHER, "Vos jours") == f"Vos jours : {free} ; sauf le 24/12/2022."
