"""The town hall writes how two homes share a child's days."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from chassis.clock import local_day
from chassis.errors import NotFoundError
from chassis.http.dependencies import Staff
from chassis.http.scope import PortalRoute
from planning.adapters.trail_store import knows_family
from planning.application import share_member as use_case
from planning.application.share_member import share_member
from planning.domain import custody as domain
from planning.domain.calendars import Holidays
from planning.entrypoints.http.common import CurrentCommune, Day, Request
from planning.entrypoints.http.stores import Sharing

router = APIRouter(route_class=PortalRoute, tags=["town hall"])

_SHOWN = timedelta(weeks=6)


class CustodyDates(Request):
    """The half-open period ``[from, to)`` is one home's."""

    from_day: Annotated[Day, Field(alias="from")]
    to_day: Annotated[Day, Field(alias="to")]
    home: UUID


class Custody(Request):
    """How two homes (families) share a child's days: ``dates`` first, then halves of school holidays, then weeks.

    ``even_weeks``: whose the weeks of even number are; they begin on week day ``changes_on`` (0 is Monday) and have the
    ISO number of most of their days. ``first_halves``: whose the first half is of holidays that begin in an even year.
    """

    homes: Annotated[list[UUID], Field(min_length=2, max_length=2)]
    even_weeks: UUID | None = None
    changes_on: Annotated[int, Field(ge=0, le=6)] = 0
    first_halves: UUID | None = None
    dates: Annotated[list[CustodyDates], Field(max_length=100)] = Field(default_factory=list)

    def to_domain(self) -> domain.Custody:
        """Raises ``CustodyError``."""
        dates = [domain.CustodyDates(period.from_day, period.to_day, period.home) for period in self.dates]
        homes = (self.homes[0], self.homes[1])
        return domain.Custody(homes, self.even_weeks, self.changes_on, self.first_halves, tuple(dates))

    @classmethod
    def of(cls, custody: domain.Custody) -> "Custody":
        """Reads a custody."""
        dates = [CustodyDates(from_day=p.from_day, to_day=p.to_day, home=p.home) for p in custody.dates]
        return cls(
            homes=[*custody.homes],
            even_weeks=custody.even_weeks,
            changes_on=custody.changes_on,
            first_halves=custody.first_halves,
            dates=dates,
        )


class Home(BaseModel):
    """A family in whose file the child is; ``days`` says which are its own, None while days are not shared."""

    family_id: UUID
    name: str
    days: str | None


class SharedDay(BaseModel):
    """A day, and whose it is; None: either's."""

    day: date
    home: UUID | None


class BookedDay(BaseModel):
    """A slot of a day that a home has booked."""

    model_config = ConfigDict(from_attributes=True)

    family_id: UUID
    day: date
    element_name: str


class SharedMember(BaseModel):
    """A child of several homes. ``next_days``: six weeks from this Monday on.

    ``kept``: booked by a home on days that are the other's; they stay booked until that home cancels them.
    """

    member_id: UUID
    first_name: str
    homes: list[Home]
    custody: Custody | None
    next_days: list[SharedDay]
    kept: list[BookedDay]

    @classmethod
    def of(cls, shared: use_case.SharedMember, holidays: Holidays, today: date) -> "SharedMember":
        """Judges the next weeks."""
        custody = shared.custody
        monday = today - timedelta(days=today.weekday())
        days = [monday + timedelta(days=n) for n in range(_SHOWN.days)] if custody else []
        return cls(
            member_id=shared.member_id,
            first_name=shared.first_name,
            homes=[
                Home(
                    family_id=home.family_id,
                    name=home.name,
                    days=custody.describe(home.family_id, home.name)
                    if custody and home.family_id in custody.homes
                    else None,
                )
                for home in shared.homes
            ],
            custody=Custody.of(custody) if custody else None,
            next_days=[SharedDay(day=day, home=custody.home_on(day, holidays)) for day in days if custody],
            kept=[BookedDay.model_validate(booked) for booked in shared.booked_on_others_days(holidays)],
        )


@router.get("/families/{family_id}/shared-members")
async def list_shared_members(
    family_id: UUID, _principal: Staff, commune: CurrentCommune, store: Sharing
) -> list[SharedMember]:
    """The children of a family who have another home too, and how their days are shared."""
    if not await knows_family(store.transaction, family_id):
        raise NotFoundError
    today = local_day(store.now(), commune.time_zone)
    _, holidays = await store.published()
    return [SharedMember.of(shared, holidays, today) for shared in await store.shared_members(family_id, today)]


@router.put("/members/{member_id}/custody", status_code=204)
async def put_custody(member_id: UUID, custody: Custody, _principal: Staff, store: Sharing) -> None:
    """Replaces how a child's days are shared. What is booked stays booked."""
    await share_member(store, member_id, custody.to_domain())


@router.delete("/members/{member_id}/custody", status_code=204)
async def delete_custody(member_id: UUID, _principal: Staff, store: Sharing) -> None:
    """Every day may be booked by either home again."""
    await share_member(store, member_id, None)
