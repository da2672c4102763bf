"""Types and dependencies that several routes share."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from fastapi import Request as HttpRequest
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.errors import DomainError
from chassis.http.dependencies import scope_of
from chassis.tenants import Tenant
from planning.application.ports import Commune
from planning.domain.slots import DaySlot

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2099, 12, 31))]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
SlotCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,20}$")]

_MOST_DAYS = 62
LONGEST_VIEW = timedelta(days=62)
LONGEST_LIST = timedelta(days=366)


class PeriodError(DomainError):
    """A period that ends before it begins, or is too long to be shown at once."""

    slug = "invalid-period"
    sentence = "La période demandée n'est pas valable : elle se termine avant de commencer, ou elle est trop longue."


class Request(BaseModel):
    """A payload: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class ChosenDays(Request):
    """Days of an activity: whole days, or by code of its slots."""

    activity_id: UUID
    days: Annotated[list[Day], Field(max_length=_MOST_DAYS)] = Field(default_factory=list)
    slots: Annotated[dict[SlotCode, Annotated[list[Day], Field(max_length=_MOST_DAYS)]], Field(max_length=12)] = Field(
        default_factory=dict
    )

    def whens(self) -> frozenset[DaySlot]:
        """Every slot of every day."""
        of_slots = (DaySlot(day, slot) for slot, days in self.slots.items() for day in days)
        return frozenset([*map(DaySlot, self.days), *of_slots])


class DaysOfMember(ChosenDays):
    """Days of one member and activity, at least one."""

    member_id: UUID

    @model_validator(mode="after")
    def _names_days(self) -> "DaysOfMember":
        if not self.whens():
            raise ValueError("aucun jour n'est choisi")
        return self


class SlotOfMember(BaseModel):
    """One slot of a day of one member and activity, with their names."""

    model_config = ConfigDict(from_attributes=True)

    member_id: UUID
    first_name: str
    activity_id: UUID
    activity_name: str
    element_name: str
    day: date
    slot: str


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


async def _commune(request: HttpRequest) -> Commune:
    return commune_of(await scope_of(request).tenant())


ViewPeriod = Annotated[tuple[date, date], Depends(_view_period)]
"""``from`` and ``to``, half-open, at most 62 days."""
ListPeriod = Annotated[tuple[date, date], Depends(_list_period)]
"""``from`` and ``to``, half-open, at most 366 days."""
CurrentCommune = Annotated[Commune, Depends(_commune)]
