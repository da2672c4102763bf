"""What the town hall does with waiting lists: sees who waits and why in that order, sets the rules, gives points."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.clock import local_day
from chassis.database import Transaction
from chassis.errors import NotFoundError
from chassis.http.dependencies import Administrator, CurrentTransaction, Staff
from chassis.http.scope import PortalRoute
from contracts.values import WHOLE_DAY
from planning.adapters import waiting_queries as queries
from planning.adapters.offer_store import SqlOfferStore
from planning.application import set_waiting_rules
from planning.domain.activities import Activity
from planning.domain.calendars import CalendarMissingError
from planning.domain.slots import ActivitySlot
from planning.domain.waiting import Waiting, in_order
from planning.domain.waiting_rules import WaitingRules, describe_waiting, reasons
from planning.entrypoints.http.common import CurrentCommune, Day, ListPeriod, SlotCode
from planning.entrypoints.http.stores import Offering
from planning.entrypoints.http.waiting_models import (
    MemberPoints,
    MemberPointsView,
    OfferOfSlot,
    RankedMember,
    RankReason,
    Rules,
    RulesView,
    SlotWaiting,
    SlotWaitingList,
)

router = APIRouter(route_class=PortalRoute, tags=["town hall"])


@router.get("/waiting-lists")
async def list_waiting_lists(
    period: ListPeriod,
    _principal: Staff,
    transaction: CurrentTransaction,
    activity_id: Annotated[UUID | None, Query()] = None,
) -> list[SlotWaiting]:
    """The slots for which someone waits, or has a place to accept."""
    rows = await queries.slots_with_waiting(transaction, period, activity_id)
    return [SlotWaiting.model_validate(row) for row in rows]


@router.get("/waiting-lists/slot")
async def read_slot_waiting_list(
    day: Annotated[Day, Query()],
    activity_id: Annotated[UUID, Query()],
    _principal: Staff,
    transaction: CurrentTransaction,
    offering: Offering,
    slot: Annotated[SlotCode, Query()] = WHOLE_DAY,
) -> SlotWaitingList:
    """Who waits for a slot, in order, with the reasons of the order; and to whom places were given."""
    activity = await _activity(offering, activity_id)
    rules = activity.waiting
    queue = in_order(rules, await offering.queues([ActivitySlot(activity_id, day, slot)]))
    offers = await queries.offers_of_slot(transaction, activity_id, day, slot)
    return SlotWaitingList(
        activity_id=activity_id,
        activity_name=activity.name,
        element_name=activity.element_of(slot),
        day=day,
        slot=slot,
        how=describe_waiting(rules),
        waiting=await _ranked(transaction, rules, queue),
        offers=[OfferOfSlot.model_validate(row) for row in offers],
    )


async def _ranked(transaction: Transaction, rules: WaitingRules, queue: list[Waiting]) -> list[RankedMember]:
    names = await queries.names_of(transaction, [each.waiting_id for each in queue])
    return [
        RankedMember(
            rank=rank,
            waiting_id=each.waiting_id,
            member_id=each.member.member_id,
            first_name=each.member.first_name,
            last_name=names[each.waiting_id].last_name,
            family_id=each.family_id,
            family_name=names[each.waiting_id].family_name,
            joined_at=each.joined_at,
            points=sum(reason.points for reason in reasons(rules, each.standing)),
            reasons=[RankReason.model_validate(reason) for reason in reasons(rules, each.standing)],
        )
        for rank, each in enumerate((each for each in queue if each.waiting_id in names), 1)
    ]


@router.get("/activities/{activity_id}/waiting-list-rules")
async def get_rules(activity_id: UUID, _principal: Staff, offering: Offering) -> RulesView:
    """How the activity's waiting list works."""
    return RulesView.of((await _activity(offering, activity_id)).waiting)


@router.put("/activities/{activity_id}/waiting-list-rules")
async def put_rules(
    activity_id: UUID, rules: Rules, _principal: Administrator, commune: CurrentCommune, offering: Offering
) -> RulesView:
    """Replaces the rules; ranks follow at once, offers that are out stay as they are."""
    today = local_day(offering.now(), commune.time_zone)
    await set_waiting_rules.set_waiting_rules(offering, activity_id, rules.to_domain(), today)
    return RulesView.of(rules.to_domain())


@router.get("/members/{member_id}/waiting-points")
async def get_points(member_id: UUID, _principal: Staff, transaction: CurrentTransaction) -> MemberPointsView:
    """The points that the town hall gave a member."""
    return await _points(transaction, member_id)


@router.put("/members/{member_id}/waiting-points")
async def put_points(
    member_id: UUID, given: MemberPoints, _principal: Staff, commune: CurrentCommune, offering: Offering
) -> MemberPointsView:
    """Gives a member points on every list that goes by points."""
    today = local_day(offering.now(), commune.time_zone)
    await set_waiting_rules.give_points(offering, member_id, given.points, given.reason or "", today)
    return await _points(offering.transaction, member_id)


async def _points(transaction: Transaction, member_id: UUID) -> MemberPointsView:
    row = await queries.points_of(transaction, member_id)
    if row is None:
        raise NotFoundError
    return MemberPointsView.model_validate(row)


async def _activity(offering: SqlOfferStore, activity_id: UUID) -> Activity:
    activity = (await offering.activities()).get(activity_id)
    if activity is None or activity.calendar is None:
        raise CalendarMissingError
    return activity
