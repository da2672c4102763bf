"""Scheduled work on waiting lists. The first job is woken by whatever frees a place."""

import asyncio
from datetime import timedelta

from chassis.clock import local_day
from chassis.jobs import CommuneJob
from chassis.runtime import Runtime
from chassis.tenants import Tenant
from contracts.values import PlaceOfferStatus
from planning.adapters.waiting_queries import count_waiting
from planning.adapters.waiting_store import GIVE_PLACES
from planning.application.answer_offer import end_overdue_offers
from planning.application.give_places import Given, give_places
from planning.application.reckon_points import reckon_points
from planning.entrypoints import waiting_metrics
from planning.entrypoints.desk import desk_of
from planning.entrypoints.http.common import commune_of

_ENDED_KEPT = timedelta(days=31)
"""How long it can be seen what became of an offer, after its day."""
_PAUSE_SECONDS = 0.05


async def give_commune_places(runtime: Runtime, tenant: Tenant) -> None:
    """Ends the offers that were not answered in time, then gives every freed place to who waits for it."""
    desk, commune = desk_of(runtime), commune_of(tenant)
    ended = True
    while ended:
        async with runtime.transaction(tenant.id) as transaction:
            ended_now = await end_overdue_offers(desk.offering(transaction), commune)
        waiting_metrics.counted(ended_now)
        ended = bool(ended_now)
    given = Given.DONE
    while given is not Given.NOTHING:
        async with runtime.transaction(tenant.id) as transaction:
            given, places = await give_places(desk.offering(transaction), commune)
        waiting_metrics.counted(
            PlaceOfferStatus.OFFERED if place.expires_at else PlaceOfferStatus.CONFIRMED for place in places
        )
        if given is Given.AGAIN:
            await asyncio.sleep(_PAUSE_SECONDS)
    async with runtime.transaction(tenant.id) as transaction:
        count = await count_waiting(transaction)
    waiting_metrics.present(tenant.slug, number=count.waiting, offers=count.offered)


async def review_commune_lists(runtime: Runtime, tenant: Tenant) -> None:
    """Reckons the points anew, since siblings book and cancel, and has every list looked at for places."""
    async with runtime.transaction(tenant.id) as transaction:
        store = desk_of(runtime).offering(transaction)
        slots = await store.slots_waited_for(local_day(store.now(), tenant.time_zone))
        await reckon_points(store, slots)
        await store.mark(slots)


async def forget_past_waiting(runtime: Runtime, tenant: Tenant) -> None:
    """Deletes what was waited for on past days, and a month after their days the offers."""
    async with runtime.transaction(tenant.id) as transaction:
        today = local_day(transaction.now(), tenant.time_zone)
        await desk_of(runtime).offering(transaction).forget_past(today, today - _ENDED_KEPT)


WAITING_JOBS = [
    CommuneJob(GIVE_PLACES, 20, give_commune_places),
    CommuneJob("review-waiting-lists", 600, review_commune_lists),
    CommuneJob("forget-past-waiting", 3600, forget_past_waiting),
]
