"""The holidays of a school year: in their year, no two at once; a holiday may end when the next year has begun."""

from datetime import date

import pytest

from planning.adapters.holiday_source import LibraryHolidaySource
from planning.domain.calendars import SchoolHoliday
from planning.domain.holiday_years import HolidaysRefusedError, require_sound

TOUSSAINT = SchoolHoliday(date(2022, 10, 22), date(2022, 11, 7), "Toussaint")
NOEL = SchoolHoliday(date(2022, 12, 17), date(2023, 1, 3), "Noël")
ETE = SchoolHoliday(date(2023, 7, 8), date(2023, 9, 4), "Été")


def refused(school: list[SchoolHoliday], public: list[date], others: list[SchoolHoliday]) -> dict[str, str]:
    with pytest.raises(HolidaysRefusedError) as caught:
        require_sound(2022, school, public, others)
    lines = caught.value.details["lines"]
    assert isinstance(lines, list)
    return {line["field"]: line["reason"] for line in lines}


def test_what_follows_without_touching_is_accepted() -> None:
    before = SchoolHoliday(date(2022, 7, 7), date(2022, 9, 1), "Été 2022")
    after = SchoolHoliday(date(2023, 9, 4), date(2023, 9, 5), "Pont")
    require_sound(2022, [ETE, TOUSSAINT, NOEL], [date(2022, 9, 1), date(2023, 8, 31)], [before, after])


@pytest.mark.parametrize("zone", ["A", "B", "C"])
def test_what_the_libraries_propose_is_accepted(zone: str) -> None:
    years = [LibraryHolidaySource().propose(year, zone, "26300") for year in (2021, 2022, 2023)]
    for year in years:
        others = [period for other in years if other is not year for period in other.school]
        require_sound(year.school_year, year.school, year.public, others)


@pytest.mark.parametrize(
    "other",
    [
        SchoolHoliday(date(2022, 10, 22), date(2022, 10, 23), "Le même premier jour"),
        SchoolHoliday(date(2022, 11, 6), date(2022, 11, 8), "Le dernier jour"),
        SchoolHoliday(date(2022, 10, 1), date(2022, 12, 1), "Tout autour"),
    ],
)
def test_an_overlap_is_told_at_the_later_row(other: SchoolHoliday) -> None:
    reason = "Ces jours en chevauchent d'autres : « Toussaint », du 22 octobre 2022 au 6 novembre 2022 inclus."
    assert refused([TOUSSAINT, NOEL, other], [], []) == {"school.2": reason}


def test_another_years_holidays_are_seen() -> None:
    begun = SchoolHoliday(date(2023, 9, 1), date(2023, 9, 5), "Rentrée décalée")
    assert "« Rentrée décalée »" in refused([TOUSSAINT, ETE], [], [begun])["school.1"]


def test_rows_of_another_year_are_told_together() -> None:
    late = SchoolHoliday(date(2023, 9, 1), date(2023, 9, 8), "Été")
    told = refused([TOUSSAINT, late], [date(2022, 11, 11), date(2022, 8, 31)], [])
    assert told["public.1"] == (
        "Le 31 août 2022 n'est pas dans l'année scolaire 2022/2023 (du 1er septembre 2022 au 31 août 2023)."
    )
    assert told.keys() == {"school.1", "public.1"}
