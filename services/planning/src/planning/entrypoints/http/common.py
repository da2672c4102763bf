"""Types and dependencies that several routes share."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chassis.errors import DomainError
from chassis.http.dependencies import CurrentTenant
from chassis.tenants import Tenant
from planning.application.ports import Commune

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2099, 12, 31))]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
SlotCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,20}$")]

LONGEST_VIEW = timedelta(days=62)
LONGEST_LIST = timedelta(days=366)


class PeriodError(DomainError):
    """A period that ends before it begins, or is too long to be shown at once."""

    slug = "invalid-period"
    sentence = "La période demandée n'est pas valable : elle se termine avant de commencer, ou elle est trop longue."


class Request(BaseModel):
    """A payload: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


def check_period(from_day: date, to_day: date, longest: timedelta) -> tuple[date, date]:
    """The half-open period. Raises ``PeriodError``."""
    if not timedelta() < to_day - from_day <= longest:
        raise PeriodError
    return from_day, to_day


def check_span(days: Sequence[date], longest: timedelta) -> None:
    """Raises ``PeriodError`` for days that lie too far apart."""
    check_period(min(days), max(days) + timedelta(days=1), longest)


async def _view_period(
    from_day: Annotated[Day, Query(alias="from")], to_day: Annotated[Day, Query(alias="to")]
) -> tuple[date, date]:
    return check_period(from_day, to_day, LONGEST_VIEW)


async def _list_period(
    from_day: Annotated[Day, Query(alias="from")], to_day: Annotated[Day, Query(alias="to")]
) -> tuple[date, date]:
    return check_period(from_day, to_day, LONGEST_LIST)


def commune_of(tenant: Tenant) -> Commune:
    """What planning uses of a commune."""
    description = tenant.description
    return Commune(
        time_zone=description.time_zone,
        school_zone=description.school_zone,
        postal_code=description.contact.address.postal_code,
        phone=description.contact.phone,
    )


async def _commune(tenant: CurrentTenant) -> Commune:
    return commune_of(tenant)


ViewPeriod = Annotated[tuple[date, date], Depends(_view_period)]
"""``from`` and ``to``, half-open, at most 62 days."""
ListPeriod = Annotated[tuple[date, date], Depends(_list_period)]
"""``from`` and ``to``, half-open, at most 366 days."""
CurrentCommune = Annotated[Commune, Depends(_commune)]
