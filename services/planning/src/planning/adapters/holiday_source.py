"""What the libraries know of public and school holidays. They propose; the town's table decides."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import holidays
from vacances_scolaires_france import SchoolHolidayDates, UnsupportedYearException

from planning.application.ports import HolidayYear
from planning.domain.calendars import SchoolHoliday

_OFFICIAL_NAMES = {"Armistice": "Armistice 1918", "Fête de la Victoire": "Victoire 1945"}
_ASCENSION, _BRIDGE = "Ascension", "Pont de l'Ascension"
_LOCAL_CUSTOMS = frozenset({"Mi-Carême"})
"""Public holidays for ``holidays``, by no law (Code du travail, L. 3133-1 and L. 3422-2): a town adds its own."""
_ONE_DAY, _BRIDGE_DAYS = timedelta(days=1), timedelta(days=4)
_SATURDAY = 5
_SUBDIVISIONS = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    **{str(department): str(department) for department in (971, 972, 973, 974, 976)},
    "97133": "BL",
    "97150": "MF",
    "975": "PM",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
"""Places whose public holidays differ, by the beginning of their postal code."""


class LibraryHolidaySource:
    """Reads ``holidays`` and ``vacances-scolaires-france``."""

    def __init__(self) -> None:
        self._school = SchoolHolidayDates()

    def propose(self, school_year: int, zone: str, postal_code: str) -> HolidayYear:
        """The holidays that begin between 1 September and 31 August, the bridge of the Ascension among them.

        Zones other than A, B and C (Corsica, overseas) and years not yet published have no school holidays here.
        """
        begin, end = date(school_year, 9, 1), date(school_year + 1, 9, 1)
        school = [period for period in self._school_holidays(school_year, zone) if begin <= period.from_day < end]
        public = {day: name for day, name in _public_holidays(school_year, postal_code).items() if begin <= day < end}
        is_known = _is_whole(school)
        return HolidayYear(
            school_year=school_year,
            zone=zone,
            school_holidays_known=is_known,
            edited=False,
            school=sorted([*school, *_bridges(public)], key=lambda period: period.from_day) if is_known else [],
            public=public,
        )

    def _school_holidays(self, school_year: int, zone: str) -> list[SchoolHoliday]:
        if zone not in self._school.SUPPORTED_ZONES:
            return []
        days: dict[date, str] = {}
        for year in (school_year, school_year + 1):
            try:
                found = self._school.holidays_for_year_and_zone(year, zone)
            except UnsupportedYearException:
                return []
            days |= {day: facts["nom_vacances"] for day, facts in found.items()}
        return list(_periods(days))


def _periods(days: dict[date, str]) -> Iterator[SchoolHoliday]:
    """Consecutive days of the same name make one period.

    A first day on which there is school is the one after whose classes the holidays begin («fin des cours : jeudi 7
    juillet 2022»): they begin on the next. The library has the bridges of a few years only (``_bridges``).
    """
    starts = [day for day in sorted(days) if days.get(day - _ONE_DAY) != days[day] and days[day] != _BRIDGE]
    for start in starts:
        end = start
        while days.get(end) == days[start]:
            end += _ONE_DAY
        yield SchoolHoliday(start if start.weekday() >= _SATURDAY else start + _ONE_DAY, end, days[start])


def _bridges(public: Mapping[date, str]) -> Iterator[SchoolHoliday]:
    """From Ascension Thursday to the Sunday: every year's order says that there is no school on the Friday."""
    for day, name in public.items():
        if _ASCENSION in name:
            yield SchoolHoliday(day, day + _BRIDGE_DAYS, _BRIDGE)


def _is_whole(school: list[SchoolHoliday]) -> bool:
    """The libraries' last year stops in the middle: a whole one has autumn and summer holidays."""
    return any(p.from_day.month == 10 for p in school) and any(p.from_day.month in (6, 7) for p in school)


def _public_holidays(school_year: int, postal_code: str) -> dict[date, str]:
    prefixes = [postal_code[:length] for length in (5, 3, 2)]
    subdivision = next((_SUBDIVISIONS[prefix] for prefix in prefixes if prefix in _SUBDIVISIONS), None)
    found = holidays.country_holidays("FR", subdiv=subdivision, years=[school_year, school_year + 1], language="fr")
    return {day: _OFFICIAL_NAMES.get(name, name) for day, name in found.items() if name not in _LOCAL_CUSTOMS}


HOLIDAY_SOURCE = LibraryHolidaySource()
"""The process's source: making one reads files for a good part of a second."""
