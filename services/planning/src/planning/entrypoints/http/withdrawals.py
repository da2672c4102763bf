"""The town hall cancels what is booked on days that it closed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from chassis.http.dependencies import Administrator
from chassis.http.scope import PortalRoute
from planning.application.withdraw_bookings import withdraw_bookings
from planning.entrypoints.http.common import CurrentCommune, Day, Request
from planning.entrypoints.http.stores import Withdrawing
from planning.entrypoints.http.trail import actor_of

router = APIRouter(route_class=PortalRoute, tags=["town hall"])


class DaysToWithdraw(Request):
    """Days whose bookings are to be cancelled where the calendar closes them."""

    days: Annotated[list[Day], Field(min_length=1, max_length=366)]


class Withdrawn(BaseModel):
    """How many reservations were cancelled, and of how many families."""

    model_config = ConfigDict(from_attributes=True)

    reservations: int
    families: int


@router.post("/activities/{activity_id}/withdrawals")
async def post_withdrawals(
    activity_id: UUID,
    asked: DaysToWithdraw,
    principal: Administrator,
    commune: CurrentCommune,
    withdrawing: Withdrawing,
) -> Withdrawn:
    """Cancels what is booked on these days where the calendar in force closes them, and tells the families.

    What still takes place stays booked. Done again it finds nothing left.
    """
    days = sorted(set(asked.days))
    return Withdrawn.model_validate(
        await withdraw_bookings(withdrawing, commune, activity_id, days, actor_of(principal))
    )
