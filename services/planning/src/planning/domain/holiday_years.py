"""What the holidays of a school year must be: in their year, and no two at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from chassis.errors import DomainError
from chassis.french import long_date
from planning.domain.calendars import SchoolHoliday

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WrongRow:
    """What is wrong with a row: «school.0» is the first of the school holidays, «public.0» of the public ones."""

    row: str
    reason: str


class HolidaysRefusedError(DomainError):
    """``lines``: each wrong row (``field``) with its ``reason``."""

    slug = "holidays-refused"
    sentence = "Ces vacances ne peuvent pas être enregistrées : corrigez les lignes signalées."

    def __init__(self, wrong: Sequence[WrongRow]) -> None:
        super().__init__(lines=[{"field": each.row, "reason": each.reason} for each in wrong])


class HolidaysChangedError(DomainError):
    """Somebody else has written the year since it was read."""

    slug = "holidays-changed"
    sentence = (
        "Les vacances de cette année ont été modifiées entre-temps par quelqu'un d'autre. "
        "Ouvrez-les dans un autre onglet pour voir ce qui a changé. Enregistrer de nouveau les remplacera."
    )


def version_of(school: Sequence[SchoolHoliday], public: Mapping[date, str]) -> str:
    """Names the holidays of a year as they are read: another name once anything of them differs."""
    return sha256(repr((sorted(school, key=str), sorted(public.items()))).encode()).hexdigest()[:32]


def require_sound(
    school_year: int, school: Sequence[SchoolHoliday], public: Iterable[date], others: Iterable[SchoolHoliday]
) -> None:
    """``others``: the school holidays of other years. Raises ``HolidaysRefusedError``.

    A period may end after the year, as summer holidays do; it must begin in it.
    """
    begin, end = date(school_year, 9, 1), date(school_year + 1, 9, 1)
    year = f"l'année scolaire {school_year}/{school_year + 1} (du {long_date(begin)} au {long_date(end - _ONE_DAY)})"
    wrong = [
        WrongRow(f"{kind}.{number}", f"Le {long_date(day)} n'est pas dans {year}.")
        for kind, days in (("school", [period.from_day for period in school]), ("public", public))
        for number, day in enumerate(days)
        if not begin <= day < end
    ]
    wrong += _overlaps(school, tuple(others))
    if wrong:
        raise HolidaysRefusedError(wrong)


def _overlaps(school: Sequence[SchoolHoliday], others: Sequence[SchoolHoliday]) -> Iterator[WrongRow]:
    """Each period against those typed before it and those of other years."""
    for number, period in enumerate(school):
        for other in (*school[:number], *others):
            if period.from_day < other.to_day and other.from_day < period.to_day:
                days = f"du {long_date(other.from_day)} au {long_date(other.to_day - _ONE_DAY)} inclus"
                yield WrongRow(f"school.{number}", f"Ces jours en chevauchent d'autres : « {other.name} », {days}.")
                break
