"""A family asks why a day is as it is."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from chassis.http.dependencies import FamilyId
from chassis.http.scope import PortalRoute
from contracts.values import WHOLE_DAY
from planning.application.look import look_at_period
from planning.domain.cells import CellState
from planning.domain.explanation import explain_slot
from planning.domain.slots import MemberSlot
from planning.entrypoints.http.common import CurrentCommune, Day, SlotCode
from planning.entrypoints.http.rule_models import Explained
from planning.entrypoints.http.stores import Looking

router = APIRouter(route_class=PortalRoute, tags=["family"])


class ActionView(BaseModel):
    """Whether it is possible now; if not, ``reason`` says why and what to do. ``rule``: the town's, in words.

    ``deadline``: from and until when the rule allows it. Both are null while there is no calendar.
    """

    model_config = ConfigDict(from_attributes=True)

    possible: bool
    reason: str | None
    rule: str | None
    deadline: Explained | None


class ExplanationView(BaseModel):
    """Of one slot of a day."""

    member_id: UUID
    activity_id: UUID
    day: date
    slot: str
    state: CellState
    booking: ActionView
    cancelling: ActionView


async def _asked(
    member_id: Annotated[UUID, Query()],
    activity_id: Annotated[UUID, Query()],
    day: Annotated[Day, Query()],
    slot: Annotated[SlotCode, Query()] = WHOLE_DAY,
) -> MemberSlot:
    return MemberSlot(member_id, activity_id, day, slot)


@router.get("/explain")
async def explain_day(
    asked: Annotated[MemberSlot, Depends(_asked)], family_id: FamilyId, commune: CurrentCommune, looking: Looking
) -> ExplanationView:
    """Whether a slot can be booked or cancelled, by which rule, and until when."""
    until = asked.day + timedelta(days=1)
    outlook = await look_at_period(looking, commune, family_id, asked.day, until, lists=True)
    member, activity = outlook.member_and_activity(asked.member_id, asked.activity_id)
    told = explain_slot(outlook, member, activity, asked.when)
    return ExplanationView(
        **asked._asdict(),
        state=told.state,
        booking=ActionView.model_validate(told.booking),
        cancelling=ActionView.model_validate(told.cancelling),
    )
