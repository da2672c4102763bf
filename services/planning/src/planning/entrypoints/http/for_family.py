"""What the town hall does for a family that asks for it: its planning, bookings, cancellations and absences."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.errors import NotFoundError
from chassis.http.dependencies import Agent, CurrentKey, Staff
from chassis.http.scope import OwnTransactionsRoute, PortalRoute
from chassis.idempotency import REPLAYED
from planning.adapters.trail_store import knows_family
from planning.application.announce_absences import announce_absences
from planning.application.book_for_family import book_for_family, look_for_family
from planning.application.commit_draft import Asked
from planning.domain.review import ReviewedLine
from planning.entrypoints.http.absence_models import AbsentDays, OwnAbsences
from planning.entrypoints.http.absences import own_absences
from planning.entrypoints.http.common import LONGEST_LIST, LONGEST_VIEW, CurrentCommune, ViewPeriod, check_span
from planning.entrypoints.http.family_models import MemberActivities
from planning.entrypoints.http.for_family_models import (
    BasketForFamily,
    DaysForFamily,
    LineForFamily,
    PlanningForFamily,
)
from planning.entrypoints.http.stores import Absences, Looking
from planning.entrypoints.http.trail import actor_of

router = APIRouter(route_class=PortalRoute, tags=["town hall"])
booking = APIRouter(route_class=OwnTransactionsRoute, tags=["town hall"])
"""Its answer is kept for an idempotency key with the basket itself, as a family's."""


@router.get("/families/{family_id}/members")
async def list_members_of_family(
    family_id: UUID, _principal: Staff, commune: CurrentCommune, looking: Looking
) -> list[MemberActivities]:
    """A family's members with their activities, also those whose adhesion is not paid."""
    outlook, _ = await look_for_family(looking, commune, family_id, None)
    if not outlook.members:
        raise NotFoundError
    return MemberActivities.of_family(outlook)


@router.get("/families/{family_id}/planning")
async def read_planning_of_family(
    family_id: UUID,
    member_id: Annotated[UUID, Query()],
    period: ViewPeriod,
    _principal: Staff,
    commune: CurrentCommune,
    *,
    looking: Looking,
) -> PlanningForFamily:
    """Every day of a member's activities as the family sees it, and which of them can be granted all the same."""
    outlook, draft_count = await look_for_family(looking, commune, family_id, period)
    member = outlook.members.get(member_id)
    if member is None:
        raise NotFoundError
    return PlanningForFamily.of(outlook, member, period, draft_count)


@booking.post("/families/{family_id}/baskets", response_model=BasketForFamily)
async def post_basket_of_family(
    family_id: UUID,
    days: DaysForFamily,
    principal: Agent,
    commune: CurrentCommune,
    key: CurrentKey,
    *,
    looking: Looking,
) -> Response:
    """Books and cancels for a family, all or nothing; it reads who did it, and is told by mail.

    Adhesions, closures, places and the days of two homes hold as for the family. Deadlines can be set aside, and what a
    file that is not complete, or an overdue invoice, closes.
    """
    wish = days.to_domain()
    check_span([slot.day for slot in wish.changes], LONGEST_VIEW)
    committed = await book_for_family(looking, commune, family_id, wish, Asked(actor_of(principal), key, _answer))
    headers = REPLAYED if committed.again else None
    return Response(committed.answer, headers=headers, media_type="application/json")


@router.get("/families/{family_id}/absences")
async def read_absences_of_family(
    family_id: UUID, _principal: Staff, commune: CurrentCommune, store: Absences
) -> OwnAbsences:
    """A family's absences, and the days whose absence can be announced, of a month before today and three after."""
    if not await knows_family(store.transaction, family_id):
        raise NotFoundError
    return await own_absences(store, commune, family_id)


@router.post("/families/{family_id}/absences")
async def post_absences_of_family(
    family_id: UUID, absence: AbsentDays, principal: Agent, commune: CurrentCommune, store: Absences
) -> OwnAbsences:
    """Announces the absence of booked days for a family, all or none, decided by the policy as if it had done it."""
    wish = absence.to_domain()
    check_span([when.day for when in wish.whens], LONGEST_LIST)
    await announce_absences(store, commune, family_id, wish, actor_of(principal))
    return await own_absences(store, commune, family_id)


def _answer(basket_id: UUID, reviewed: Sequence[ReviewedLine], _now: datetime) -> bytes:
    lines = [LineForFamily.of(line) for line in reviewed]
    total = sum(line.amount_cents for line in lines)
    basket = BasketForFamily(basket_id=basket_id, lines=lines, count=len(lines), total_cents=total)
    return basket.model_dump_json().encode()
