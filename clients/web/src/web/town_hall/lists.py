"""What the lists share: filters left empty, and their parts."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Form, Query
from pydantic import AfterValidator, BeforeValidator
from starlette.datastructures import URL

from web.api import enrolment
from web.api.enrolment import Family
from web.attempts import attempt
from web.visit import Visit

_AMOUNT = re.compile(r"[0-9]{1,7}(\.[0-9]{1,2})?")
_EmptyIsAbsent = BeforeValidator(lambda value: value or None)


_REACH = range(2000, 2100)
"""Years that any list of a commune can be asked for; keeps neighbouring days and months within a calendar."""


def _first_day(value: object) -> object:
    return date.fromisoformat(f"{value}-01") if value else None


def _within_reach(day: date | None) -> date | None:
    if day is not None and day.year not in _REACH:
        raise ValueError("out of reach")
    return day


IdFilter = Annotated[UUID | None, _EmptyIsAbsent, Query()]
"""A family or an activity."""
DayFilter = Annotated[date | None, _EmptyIsAbsent, AfterValidator(_within_reach), Query()]
"""A day, from a date field."""
MonthFilter = Annotated[date | None, BeforeValidator(_first_day), AfterValidator(_within_reach), Query()]
"""The first day of a month, asked for as ``2022-09``."""
MonthField = Annotated[date, BeforeValidator(_first_day), AfterValidator(_within_reach), Form()]
"""The same in a form, where it must be."""
SlotFilter = Annotated[str, Query(max_length=20)]
"""The code of a slot."""
WordsFilter = Annotated[str, Query(max_length=100)]
"""Words to look for; empty when none."""
Cursor = Annotated[str, Query(max_length=100)]
"""Where a part of a list begins; empty for the first."""
AdhesionStatus = Annotated[Literal["awaiting_payment", "active", "ended"] | None, _EmptyIsAbsent, Query()]
InvoiceStatus = Annotated[Literal["pending", "paid"] | None, _EmptyIsAbsent, Query()]
PaymentStatus = Annotated[
    Literal["requested", "in_progress", "succeeded", "refused", "cancelled", "expired", "to_review"] | None,
    _EmptyIsAbsent,
    Query(),
]


def _cents(written: object) -> int | None:
    """«34», «34,5» and «34,00 €» as cents. Raises ``ValueError``."""
    text = str(written or "").replace("€", "").replace("\u00a0", "").replace(" ", "").replace(",", ".")
    if not text:
        return None
    euros = Decimal(text) if _AMOUNT.fullmatch(text) else None
    if euros is None:
        raise ValueError("an amount in euros is expected")
    return int(euros * 100)


AmountFilter = Annotated[int | None, BeforeValidator(_cents), Query()]
"""An amount in cents, asked for in euros."""


@dataclass(frozen=True)
class Parts:
    """Addresses of the following and of the first part of a list, where there are such."""

    following: str | None
    first: str | None

    @classmethod
    def of(cls, address: URL, next_cursor: str | None) -> "Parts":
        """The parts around the one shown at an address, with the same filters."""
        following = f"?{address.include_query_params(cursor=next_cursor).query}" if next_cursor else None
        first = f"?{address.remove_query_params('cursor').query}" if "cursor=" in address.query else None
        return cls(following, first)


def month_after(month: date, count: int) -> date:
    """The first day of the month ``count`` months later (earlier when negative)."""
    years, index = divmod(month.month - 1 + count, 12)
    return date(month.year + years, index + 1, 1)


def months_around(today: date, before: int, after: int) -> list[date]:
    """First days of the months around today, the latest first."""
    return [month_after(today, offset) for offset in range(after, -before - 1, -1)]


async def activity_name(visit: Visit, activity_id: UUID) -> str:
    """What an activity is called; empty when it cannot be read."""
    known = await attempt(enrolment.commune_activities(visit.api)) or []
    return next((activity.name for activity in known if activity.activity_id == activity_id), "")


async def chosen_family(visit: Visit, family_id: UUID | None) -> Family | None:
    """The family that a list is narrowed to, to name it; None when there is none or it cannot be read."""
    return await attempt(enrolment.family_file(visit.api, family_id)) if family_id else None
