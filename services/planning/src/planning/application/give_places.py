"""Places that were freed go to those who wait for them, in the order of the list."""

from collections.abc import Sequence
from datetime import timedelta
from enum import Enum
from uuid import UUID

from chassis.ids import new_id
from chassis.outbox import Outgoing
from contracts.events import PlaceOffered, ReservationsCommitted
from contracts.events.planning import ReservationState
from contracts.values import PlaceOfferStatus, ReservationStatus
from planning.application.look import look_at_period
from planning.application.ports import Commune
from planning.application.waiting_ports import GivenPlace, OfferStore
from planning.domain.activities import Activity
from planning.domain.limits import Limit
from planning.domain.outlook import Outlook
from planning.domain.rules import Action, closes_at
from planning.domain.slots import ActivitySlot
from planning.domain.trail import PORTAL, Trace
from planning.domain.waiting import CONFIRMED_REASON, FreePlaces, Waiting, in_order
from planning.domain.waiting_rules import Promotion


class Given(Enum):
    """What there was to do. ``AGAIN``: someone was faster, or is about to book; the slot is looked at once more."""

    NOTHING = "nothing"
    DONE = "done"
    AGAIN = "again"


async def give_places(store: OfferStore, commune: Commune) -> tuple[Given, Sequence[GivenPlace]]:
    """Gives the free places of the marked slots of one day to the first who can have them.

    Who cannot book that day now (adhesion ended, another slot in its place) is passed over and stays on the list.
    """
    freed = await store.next_freed()
    if freed is None:
        return Given.NOTHING, []
    await store.hold_calendars()
    activity = (await store.activities()).get(freed.activity_id)
    if activity is None or activity.calendar is None:
        await store.settle(freed)
        return Given.DONE, []
    free = FreePlaces(activity, await store.booked(freed.activity_id, freed.day))
    places, complete = await _choose(store, commune, activity, freed.places, free)
    if places:
        if not await store.hold_places(free.given):
            return Given.AGAIN, []
        await _give(store, places)
    if not complete:
        return Given.AGAIN, places
    await store.settle(freed)
    return Given.DONE, places


async def _choose(
    store: OfferStore, commune: Commune, activity: Activity, marked: Sequence[ActivitySlot], free: FreePlaces
) -> tuple[list[GivenPlace], bool]:
    """Who gets a place; False when the rest is to be looked at again.

    Slots of a day may share places: whoever waits for one of them is served in one order.
    """
    places: list[GivenPlace] = []
    open_slots = [slot for slot in marked if free.any_left(slot)]
    queue = await store.queues(open_slots) if open_slots else []
    for waiting in in_order(activity.waiting, queue):
        if not any(free.any_left(slot) for slot in open_slots):
            break
        limits = free.limits_for(waiting.member, waiting.place)
        if limits is None:
            continue
        has_one = any(place.waiting.member == waiting.member for place in places)
        if has_one or not await store.try_hold_member(waiting.member.member_id):
            return places, False
        day = waiting.when.day
        outlook = await look_at_period(store, commune, waiting.family_id, day, day + timedelta(days=1))
        if place := _place(outlook, activity, waiting, limits):
            places.append(place)
            free.give(waiting.place, limits)
    return places, True


def _place(outlook: Outlook, activity: Activity, waiting: Waiting, limits: tuple[Limit, ...]) -> GivenPlace | None:
    """None for someone who left the list or the family, or could not book that day."""
    what, member = waiting.what, outlook.members.get(waiting.member.member_id)
    if member is None or what not in outlook.spots or activity.calendar is None:
        return None
    price = outlook.price_on(what.member_id, what.activity_id, what.day)
    if price is None or outlook.refusal_of_place(member, activity, waiting.when):
        return None
    now, rules = outlook.moment.now, activity.waiting
    rule, starts = activity.calendar.booking_rule, activity.starts(what.slot)
    closing = closes_at(rule, what.day, outlook.holidays, outlook.moment.time_zone, starts)
    return GivenPlace(
        offer_id=new_id(),
        waiting=waiting,
        reservation=ReservationState(
            reservation_id=new_id(),
            version=1,
            member_id=what.member_id,
            activity_id=what.activity_id,
            regie_id=activity.regie_id,
            day=what.day,
            slot=what.slot,
            element_name=activity.element_of(what.slot),
            tariff_label=price.tariff_label,
            unit_price_cents=price.cents_of(what.slot),
            status=ReservationStatus.BOOKED,
        ),
        counters=tuple(limit.counter for limit in limits),
        expires_at=None if rules.promotion is Promotion.CONFIRM else rules.offer_ends(now, closing),
    )


async def _give(store: OfferStore, places: Sequence[GivenPlace]) -> None:
    await store.give(places)
    booked = [place for place in places if place.expires_at is None]
    await store.trace(
        [
            Trace(place.waiting.family_id, PORTAL, Action.BOOK, (place.waiting.what,), CONFIRMED_REASON)
            for place in booked
        ]
    )
    await store.publish(
        [
            *(Outgoing(committed(place.offer_id, place.waiting.family_id, place.reservation), 1) for place in booked),
            *(Outgoing(_told(place), 1) for place in places),
        ]
    )


def committed(basket_id: UUID, family_id: UUID, reservation: ReservationState) -> ReservationsCommitted:
    """A place that became a reservation."""
    return ReservationsCommitted(basket_id=basket_id, family_id=family_id, reservations=(reservation,))


def _told(place: GivenPlace) -> PlaceOffered:
    reservation = place.reservation
    return PlaceOffered(
        offer_id=place.offer_id,
        family_id=place.waiting.family_id,
        first_name=place.waiting.member.first_name,
        element_name=reservation.element_name,
        day=reservation.day,
        slot=reservation.slot,
        unit_price_cents=reservation.unit_price_cents,
        status=PlaceOfferStatus.OFFERED if place.expires_at else PlaceOfferStatus.CONFIRMED,
        expires_at=place.expires_at,
    )
