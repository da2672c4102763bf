"""The list of a slot of a day, ticked by the people who receive the children."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from itertools import compress
from operator import not_
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator, model_validator
from sqlalchemy import Row

from chassis.http.dependencies import CurrentTransaction, Staff
from chassis.http.scope import PortalRoute
from contracts.values import WHOLE_DAY, AttendanceState
from planning.adapters.presence_store import SqlPresenceStore
from planning.application.mark_presence import Mark, Sheet, mark_presence
from planning.domain.day_lists import Part, folded, is_called
from planning.entrypoints.http.common import Day, Request, SlotCode
from planning.entrypoints.http.list_parts import PartAsked, PartsOfList, groups_of, member_of, part_of, parts_of
from planning.entrypoints.http.rule_models import LocalTime
from planning.entrypoints.http.stores import Published

router = APIRouter(route_class=PortalRoute, tags=["town hall"])

_MOST_OTHERS = 200


class MarkSent(Request):
    """A tick; ``mark_id`` is drawn where it is made, ``marked_at`` is real time, null for now.

    ``left_at``: local time at which somebody present left, where it is noted.
    """

    mark_id: UUID
    member_id: UUID
    present: bool
    marked_at: AwareDatetime | None = None
    left_at: LocalTime | None = None

    @model_validator(mode="after")
    def _was_there(self) -> "MarkSent":
        if self.left_at and not self.present:
            raise ValueError("un enfant absent n'est pas parti en retard")
        return self

    def to_domain(self, now: datetime) -> Mark:
        """The mark."""
        left_at = time.fromisoformat(self.left_at) if self.left_at else None
        return Mark(self.mark_id, self.member_id, self.present, self.marked_at or now, left_at)


class MarksSent(Request):
    """Ticks of one list."""

    activity_id: UUID
    day: Day
    slot: SlotCode = WHOLE_DAY
    marks: Annotated[list[MarkSent], Field(min_length=1, max_length=500)]


class OnTheList(BaseModel):
    """A child of the list. ``present`` is null while nobody ticked; ``attendance``: an absence that was announced.

    ``left_at``: local time at which it left, where it is noted; ``late_minutes`` of it are after the end of the slot.
    """

    model_config = ConfigDict(from_attributes=True)

    member_id: UUID
    first_name: str
    last_name: str
    school: str
    family_name: str | None
    booked: bool
    attendance: AttendanceState | None
    present: bool | None
    left_at: LocalTime | None
    late_minutes: int | None
    marked_at: datetime | None

    @field_validator("left_at", mode="before")
    @classmethod
    def _to_the_minute(cls, moment: time | None) -> str | None:
        return moment.isoformat("minutes") if moment else None


class PresenceList(PartsOfList):
    """Who booked, then who is there without, of the part that is asked for; and others.

    ``others``: without ``query`` those of the part who have the activity and did not book; with it everyone else so
    called who is on the list or has the activity. The first 200 by name: ``more_others`` where there are more.
    ``late_after``: local time after which leaving is billed as late; null when it is not.
    """

    activity_id: UUID
    day: date
    slot: str
    late_after: LocalTime | None
    children: list[OnTheList]
    others: list[OnTheList]
    more_others: bool


async def _sheet(
    activity_id: Annotated[UUID, Query()], day: Annotated[Day, Query()], slot: Annotated[SlotCode, Query()] = WHOLE_DAY
) -> Sheet:
    return Sheet(activity_id, day, slot)


@router.get("/presence")
async def read_presence(
    sheet: Annotated[Sheet, Depends(_sheet)],
    asked: PartAsked,
    _principal: Staff,
    transaction: CurrentTransaction,
    published: Published,
    query: Annotated[str, Query(max_length=100)] = "",
) -> PresenceList:
    """The list, or the part of a school or a group, with the latest mark of each child; ``query``: words of a name.

    404 for a group that the activity does not have.
    """
    store, (activities, _) = SqlPresenceStore(transaction), published
    activity = activities.get(sheet.activity_id)
    groups = groups_of(activity)
    part = part_of(asked, groups)
    listed, unlisted = await store.expected(sheet), await store.others(sheet)
    shown, elsewhere = _divided(listed, part, sheet.day)
    others = _called(query, [*elsewhere, *unlisted]) if query.strip() else _divided(unlisted, part, sheet.day)[0]
    late_after = activity.late_after(sheet.slot, sheet.day) if activity else None
    return PresenceList(
        **sheet._asdict(),
        **dict(parts_of(listed, groups, sheet.day)),
        late_after=late_after and late_after.isoformat("minutes"),
        children=[OnTheList.model_validate(row) for row in shown],
        others=[OnTheList.model_validate(row) for row in others[:_MOST_OTHERS]],
        more_others=len(others) > _MOST_OTHERS,
    )


def _divided(rows: Sequence[Row[Any]], part: Part, day: date) -> tuple[list[Row[Any]], list[Row[Any]]]:
    """Those of the part, and those who are not, in their order."""
    of_part = [part.includes(member_of(row), day) for row in rows]
    return list(compress(rows, of_part)), list(compress(rows, map(not_, of_part)))


def _called(words: str, rows: Iterable[Row[Any]]) -> list[Row[Any]]:
    """Those whose name has the words, by name."""
    found = [row for row in rows if is_called(f"{row.last_name} {row.first_name}", words)]
    return sorted(found, key=lambda row: (folded(row.last_name), folded(row.first_name), row.member_id))


@router.post("/presence/marks", status_code=204)
async def post_marks(sent: MarksSent, principal: Staff, transaction: CurrentTransaction) -> None:
    """Keeps ticks; sent again they add nothing."""
    store = SqlPresenceStore(transaction)
    marks = [mark.to_domain(store.real_now()) for mark in sent.marks]
    await mark_presence(store, Sheet(sent.activity_id, sent.day, sent.slot), marks, principal.account_id)
