"""The list of a slot of a day, ticked by the people who receive the children."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from chassis.http.dependencies import CurrentTransaction, Staff
from chassis.http.scope import PortalRoute
from contracts.values import WHOLE_DAY, AttendanceState
from planning.adapters.presence_store import SqlPresenceStore
from planning.application.mark_presence import Mark, Sheet, mark_presence
from planning.entrypoints.http.common import Day, Request, SlotCode

router = APIRouter(route_class=PortalRoute, tags=["town hall"])


class MarkSent(Request):
    """A tick; ``mark_id`` is drawn where it is made, ``marked_at`` is real time, null for now."""

    mark_id: UUID
    member_id: UUID
    present: bool
    marked_at: AwareDatetime | None = None

    def to_domain(self, now: datetime) -> Mark:
        """The mark."""
        return Mark(self.mark_id, self.member_id, self.present, self.marked_at or now)


class MarksSent(Request):
    """Ticks of one list."""

    activity_id: UUID
    day: Day
    slot: SlotCode = WHOLE_DAY
    marks: Annotated[list[MarkSent], Field(min_length=1, max_length=500)]


class OnTheList(BaseModel):
    """A child of the list. ``present`` is null while nobody ticked; ``attendance``: an absence that was announced."""

    model_config = ConfigDict(from_attributes=True)

    member_id: UUID
    first_name: str
    last_name: str
    school: str
    family_name: str | None
    booked: bool
    attendance: AttendanceState | None
    present: bool | None
    marked_at: datetime | None


class CouldCome(BaseModel):
    """A child that has the activity and did not book."""

    model_config = ConfigDict(from_attributes=True)

    member_id: UUID
    first_name: str
    last_name: str


class PresenceList(BaseModel):
    """Who booked, then who is there without; and who could still be added."""

    activity_id: UUID
    day: date
    slot: str
    children: list[OnTheList]
    others: list[CouldCome]


async def _sheet(
    activity_id: Annotated[UUID, Query()], day: Annotated[Day, Query()], slot: Annotated[SlotCode, Query()] = WHOLE_DAY
) -> Sheet:
    return Sheet(activity_id, day, slot)


@router.get("/presence")
async def read_presence(
    sheet: Annotated[Sheet, Depends(_sheet)], _principal: Staff, transaction: CurrentTransaction
) -> PresenceList:
    """The list, with the latest mark of each child."""
    store = SqlPresenceStore(transaction)
    return PresenceList(
        **sheet._asdict(),
        children=[OnTheList.model_validate(row) for row in await store.expected(sheet)],
        others=[CouldCome.model_validate(row) for row in await store.others(sheet)],
    )


@router.post("/presence/marks", status_code=204)
async def post_marks(sent: MarksSent, principal: Staff, transaction: CurrentTransaction) -> None:
    """Keeps ticks; sent again they add nothing."""
    store = SqlPresenceStore(transaction)
    marks = [mark.to_domain(store.real_now()) for mark in sent.marks]
    await mark_presence(store, Sheet(sent.activity_id, sent.day, sent.slot), marks, principal.account_id)
