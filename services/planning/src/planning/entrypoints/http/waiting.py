"""What families do on waiting lists: join, leave, accept a place or decline it."""

from uuid import UUID

from fastapi import APIRouter

from chassis.authentication import Principal
from chassis.clock import local_day
from chassis.http.dependencies import AnyPrincipal, FamilyId
from chassis.http.problems import documented_problems
from chassis.http.scope import PortalRoute
from contracts.values import PlaceOfferStatus
from planning.adapters import waiting_queries as queries
from planning.adapters.offer_store import SqlOfferStore
from planning.application.answer_offer import accept_offer, decline_offer
from planning.application.join_waiting_list import join_waiting_list, leave_waiting_list
from planning.application.ports import Commune
from planning.domain.waiting import WaitingWish
from planning.entrypoints.http.common import LONGEST_LIST, CurrentCommune, DaysOfMember, check_span
from planning.entrypoints.http.entrance import EntranceRoute
from planning.entrypoints.http.stores import Offering
from planning.entrypoints.http.trail import actor_of
from planning.entrypoints.http.waiting_models import (
    AcceptedPlace,
    OfferView,
    OwnWaitingList,
    WaitingView,
)
from planning.entrypoints.waiting_metrics import counted

router = APIRouter(route_class=PortalRoute, tags=["waiting list"])
entrance = APIRouter(route_class=EntranceRoute, tags=["waiting list"], responses=documented_problems(429))
"""Those who find the days full on opening day join the lists in the same minutes."""


@router.get("/waiting-list")
async def read_waiting_list(family_id: FamilyId, commune: CurrentCommune, offering: Offering) -> OwnWaitingList:
    """What the family waits for, the places that it can accept, and what became of others."""
    return await own_waiting_list(offering, commune, family_id)


@entrance.post("/waiting-list")
async def post_waiting(
    asked: DaysOfMember, family_id: FamilyId, principal: AnyPrincipal, commune: CurrentCommune, offering: Offering
) -> OwnWaitingList:
    """Joins the lists of days that are full, all or none. Days of at most a year together."""
    return await join(offering, commune, family_id, asked, principal)


@router.delete("/waiting-list/{waiting_id}", status_code=204)
async def delete_waiting(waiting_id: UUID, family_id: FamilyId, principal: AnyPrincipal, offering: Offering) -> None:
    """Waits no more."""
    await leave_waiting_list(offering, family_id, waiting_id, actor_of(principal))


@router.post("/place-offers/{offer_id}/accept")
async def post_acceptance(
    offer_id: UUID, family_id: FamilyId, principal: AnyPrincipal, commune: CurrentCommune, offering: Offering
) -> AcceptedPlace:
    """Books the place at the price of the offer."""
    return await accept(offering, commune, family_id, offer_id, principal)


@router.post("/place-offers/{offer_id}/decline", status_code=204)
async def post_refusal(offer_id: UUID, family_id: FamilyId, principal: AnyPrincipal, offering: Offering) -> None:
    """Gives the place up: it goes to the next, and the family is off that list."""
    await decline(offering, family_id, offer_id, principal)


async def own_waiting_list(offering: SqlOfferStore, commune: Commune, family_id: UUID) -> OwnWaitingList:
    """A family's waiting lists."""
    today = local_day(offering.now(), commune.time_zone)
    waiting = await queries.own_waiting(offering.transaction, family_id, today)
    offers = [OfferView.model_validate(row) for row in await queries.own_offers(offering.transaction, family_id, today)]
    return OwnWaitingList(
        waiting=[WaitingView.model_validate(row) for row in waiting],
        offers=[offer for offer in offers if offer.status is PlaceOfferStatus.OFFERED],
        ended=[offer for offer in offers if offer.status is not PlaceOfferStatus.OFFERED],
    )


async def join(
    offering: SqlOfferStore, commune: Commune, family_id: UUID, asked: DaysOfMember, principal: Principal
) -> OwnWaitingList:
    """Joins lists, whoever asks."""
    whens = sorted(asked.whens())
    check_span([when.day for when in whens], LONGEST_LIST)
    wish = WaitingWish(asked.member_id, asked.activity_id, whens)
    await join_waiting_list(offering, commune, family_id, wish, actor_of(principal))
    return await own_waiting_list(offering, commune, family_id)


async def accept(
    offering: SqlOfferStore, commune: Commune, family_id: UUID, offer_id: UUID, principal: Principal
) -> AcceptedPlace:
    """Accepts a place, whoever asks."""
    accepted = await accept_offer(offering, commune, family_id, offer_id, actor_of(principal))
    counted([PlaceOfferStatus.ACCEPTED])
    reservation = accepted.reservation.model_dump(exclude={"version", "regie_id", "tariff_label", "status"})
    return AcceptedPlace(basket_id=accepted.basket_id, first_name=accepted.offer.first_name, **reservation)


async def decline(offering: SqlOfferStore, family_id: UUID, offer_id: UUID, principal: Principal) -> None:
    """Lets a place go, whoever asks."""
    await decline_offer(offering, family_id, offer_id, actor_of(principal))
    counted([PlaceOfferStatus.DECLINED])


router.include_router(entrance)
