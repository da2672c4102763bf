"""What families do: look at the planning, draft, commit."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.errors import NotFoundError
from chassis.http.dependencies import CurrentTransaction, FamilyId
from chassis.http.problems import documented_problems
from chassis.http.scope import PortalRoute
from planning.adapters.reservation_queries import reservations_of_family
from planning.application.change_draft import empty_draft, remove_impossible_lines, remove_line, want_days
from planning.application.look import look_at_draft, look_at_members, look_at_period
from planning.domain.drafts import Wish
from planning.entrypoints.http.common import LONGEST_VIEW, CurrentCommune, ListPeriod, ViewPeriod, check_period
from planning.entrypoints.http.entrance import EntranceRoute
from planning.entrypoints.http.family_models import (
    Draft,
    MemberActivities,
    Planning,
    ReservationOfFamily,
    WantedDays,
)
from planning.entrypoints.http.stores import Drafting, Looking

router = APIRouter(route_class=PortalRoute, tags=["family"])
entrance = APIRouter(route_class=EntranceRoute, tags=["family"], responses=documented_problems(429))
"""What makes the rush of an opening day."""


@entrance.get("/members")
async def list_members(family_id: FamilyId, commune: CurrentCommune, looking: Looking) -> list[MemberActivities]:
    """The family's members with their activities, also those whose adhesion is not paid."""
    return MemberActivities.of_family(await look_at_members(looking, commune, family_id))


@entrance.get("/planning")
async def read_planning(
    member_id: Annotated[UUID, Query()],
    period: ViewPeriod,
    family_id: FamilyId,
    commune: CurrentCommune,
    looking: Looking,
    *,
    with_family: Annotated[bool, Query()] = False,
) -> Planning:
    """Every day of a member's activities, with its state and reason; ``with_family``: its members as well."""
    outlook = await look_at_period(looking, commune, family_id, *period, lists=True)
    member = outlook.members.get(member_id)
    if member is None:
        raise NotFoundError
    from_day, to_day = period
    days = [from_day + timedelta(days=n) for n in range((to_day - from_day).days)]
    return Planning.of(outlook, member, days, to_day, family=with_family)


@entrance.put("/draft/members/{member_id}")
async def put_days(
    member_id: UUID,
    wanted: WantedDays,
    family_id: FamilyId,
    commune: CurrentCommune,
    drafting: Drafting,
) -> Draft:
    """Drafts the days wanted of one activity over a period. Nothing is booked before the commit."""
    period = check_period(wanted.from_day, wanted.to_day, LONGEST_VIEW)
    wish = Wish(member_id, wanted.activity_id, period, wanted.whens())
    return Draft.of(await want_days(drafting, commune, family_id, wish))


@router.get("/draft")
async def read_draft(family_id: FamilyId, commune: CurrentCommune, looking: Looking) -> Draft:
    """The family's draft, each line with its price and whether it is still possible."""
    return Draft.of(await look_at_draft(looking, commune, family_id))


@router.delete("/draft", status_code=204)
async def delete_draft(family_id: FamilyId, drafting: Drafting) -> None:
    """Gives up the whole draft. What is booked stays booked."""
    await empty_draft(drafting, family_id)


@router.delete("/draft/impossible-lines")
async def delete_impossible_lines(family_id: FamilyId, commune: CurrentCommune, drafting: Drafting) -> Draft:
    """Gives up the lines that can no longer be committed."""
    return Draft.of(await remove_impossible_lines(drafting, commune, family_id))


@router.delete("/draft/lines/{line_id}")
async def delete_line(line_id: UUID, family_id: FamilyId, commune: CurrentCommune, drafting: Drafting) -> Draft:
    """Gives up one line."""
    return Draft.of(await remove_line(drafting, commune, family_id, line_id))


@router.get("/reservations")
async def list_reservations(
    period: ListPeriod, family_id: FamilyId, transaction: CurrentTransaction
) -> Sequence[ReservationOfFamily]:
    """What the family booked and cancelled over a period."""
    rows = await reservations_of_family(transaction, family_id, *period)
    return [ReservationOfFamily.model_validate(row) for row in rows]


router.include_router(entrance)
