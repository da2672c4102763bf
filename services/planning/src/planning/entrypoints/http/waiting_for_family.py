"""What the town hall does on waiting lists for a family that asks for it, by the rules that hold for the family."""

from uuid import UUID

from fastapi import APIRouter

from chassis.errors import NotFoundError
from chassis.http.dependencies import Agent, Staff
from chassis.http.scope import PortalRoute
from planning.adapters.trail_store import knows_family
from planning.application.join_waiting_list import leave_waiting_list
from planning.entrypoints.http.common import CurrentCommune, DaysOfMember
from planning.entrypoints.http.stores import Offering
from planning.entrypoints.http.trail import actor_of
from planning.entrypoints.http.waiting import accept, decline, join, own_waiting_list
from planning.entrypoints.http.waiting_models import AcceptedPlace, OwnWaitingList

router = APIRouter(route_class=PortalRoute, prefix="/families/{family_id}", tags=["town hall"])


@router.get("/waiting-list")
async def read_waiting_list_of_family(
    family_id: UUID, _principal: Staff, commune: CurrentCommune, offering: Offering
) -> OwnWaitingList:
    """What a family waits for, the places that it can accept, and what became of others."""
    if not await knows_family(offering.transaction, family_id):
        raise NotFoundError
    return await own_waiting_list(offering, commune, family_id)


@router.post("/waiting-list")
async def post_waiting_of_family(
    family_id: UUID, asked: DaysOfMember, principal: Agent, commune: CurrentCommune, offering: Offering
) -> OwnWaitingList:
    """Joins the lists of days that are full for a family, all or none. Days of at most a year together."""
    return await join(offering, commune, family_id, asked, principal)


@router.delete("/waiting-list/{waiting_id}", status_code=204)
async def delete_waiting_of_family(family_id: UUID, waiting_id: UUID, principal: Agent, offering: Offering) -> None:
    """A family waits no more."""
    await leave_waiting_list(offering, family_id, waiting_id, actor_of(principal))


@router.post("/place-offers/{offer_id}/accept")
async def post_acceptance_of_family(
    family_id: UUID, offer_id: UUID, principal: Agent, commune: CurrentCommune, offering: Offering
) -> AcceptedPlace:
    """Books the place for a family at the price of the offer, never to be paid at once; the family is told by mail."""
    return await accept(offering, commune, family_id, offer_id, principal)


@router.post("/place-offers/{offer_id}/decline", status_code=204)
async def post_refusal_of_family(family_id: UUID, offer_id: UUID, principal: Agent, offering: Offering) -> None:
    """Gives a family's place up: it goes to the next, and the family is off that list."""
    await decline(offering, family_id, offer_id, principal)
