"""The trail: who booked or cancelled what, when. A family reads its own, the town hall any."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from chassis.authentication import Principal
from chassis.database import Transaction
from chassis.errors import NotFoundError
from chassis.http.dependencies import CurrentTransaction, FamilyId, Staff
from chassis.http.scope import PortalRoute
from planning.adapters.trail_store import knows_family, read_trail
from planning.domain.rules import Action
from planning.domain.trail import Actor, ActorKind, Told

router = APIRouter(route_class=PortalRoute, tags=["trail"])

Cursor = Annotated[UUID | None, Query()]
Limit = Annotated[int, Query(ge=1, le=100)]


class TrailEntry(BaseModel):
    """Days booked, cancelled or announced as absent at one moment, of one member and activity.

    The actor's names are those of a parent; None where the town hall or the portal acted, or the name is not known.
    """

    model_config = ConfigDict(from_attributes=True)

    entry_id: UUID
    happened_at: datetime
    actor: ActorKind
    actor_first_name: str | None
    actor_last_name: str | None
    action: Action | Told
    member_id: UUID
    first_name: str
    activity_id: UUID
    activity_name: str
    element_name: str
    slot: str
    days: list[date]
    reason: str | None


class TrailPage(BaseModel):
    """A part of a trail, the newest first."""

    items: list[TrailEntry]
    next_cursor: str | None


@router.get("/trail")
async def list_own_trail(
    family_id: FamilyId, transaction: CurrentTransaction, cursor: Cursor = None, limit: Limit = 50
) -> TrailPage:
    """What was done for the own family; another home's doings are not there, even for a child of both."""
    return await _page(transaction, family_id, cursor, limit)


@router.get("/families/{family_id}/trail")
async def list_trail_of_family(
    family_id: UUID, _principal: Staff, transaction: CurrentTransaction, cursor: Cursor = None, limit: Limit = 50
) -> TrailPage:
    """The same, for the town hall."""
    if not await knows_family(transaction, family_id):
        raise NotFoundError
    return await _page(transaction, family_id, cursor, limit)


async def _page(transaction: Transaction, family_id: UUID, cursor: UUID | None, limit: int) -> TrailPage:
    rows = await read_trail(transaction, family_id, cursor=cursor, limit=limit + 1)
    items = [TrailEntry.model_validate(row) for row in rows[:limit]]
    return TrailPage(items=items, next_cursor=str(items[-1].entry_id) if len(rows) > limit else None)


def actor_of(principal: Principal) -> Actor:
    """Who a caller is in the trail."""
    kind = ActorKind.TOWN_HALL if principal.is_staff else ActorKind.FAMILY
    return Actor(kind, principal.account_id, principal.guardian_id)
