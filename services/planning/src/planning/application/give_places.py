"""Places that were freed go to those who wait for them, in the order of the list."""

from collections.abc import Sequence
from dataclasses import dataclass
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
from planning.domain.calendars import ActivityCalendar
from planning.domain.counters import CountedSlot, Taking
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


@dataclass(frozen=True)
class _Slot:
    """The slot of a day whose places are given, and what is decided for it."""

    activity: Activity
    calendar: ActivityCalendar
    of: ActivitySlot


async def give_places(store: OfferStore, commune: Commune) -> tuple[Given, Sequence[GivenPlace]]:
    """Gives the free places of one marked slot to the first who can have them.

    Who cannot book that day now (adhesion ended, another slot in its place) is passed over and stays on the list.
    """
    freed = await store.next_freed()
    if freed is None:
        return Given.NOTHING, []
    await store.hold_calendars()
    activity = (await store.activities()).get(freed.slot.activity_id)
    if activity is None or activity.calendar is None:
        await store.settle(freed)
        return Given.DONE, []
    free = FreePlaces(activity.calendar, freed.slot.when, await store.booked(freed.slot))
    places, complete = await _choose(store, commune, _Slot(activity, activity.calendar, freed.slot), free)
    if places:
        if not await store.hold_places(_taken(freed.slot, free)):
            return Given.AGAIN, []
        await _give(store, places)
    if not complete:
        return Given.AGAIN, places
    await store.settle(freed)
    return Given.DONE, places


async def _choose(store: OfferStore, commune: Commune, slot: _Slot, free: FreePlaces) -> tuple[list[GivenPlace], bool]:
    """Who gets a place; False when the rest is to be looked at again."""
    places: list[GivenPlace] = []
    queue = await store.queues([slot.of]) if free.any_left else []
    for waiting in in_order(slot.calendar.waiting, queue):
        if not free.any_left:
            break
        limits = free.limits_for(waiting.member)
        if limits is None:
            continue
        if not await store.try_hold_member(waiting.member.member_id):
            return places, False
        day = waiting.when.day
        outlook = await look_at_period(store, commune, waiting.family_id, day, day + timedelta(days=1))
        if place := _place(outlook, slot, waiting, limits):
            places.append(place)
            free.give(limits)
    return places, True


def _place(outlook: Outlook, slot: _Slot, waiting: Waiting, limits: tuple[Limit, ...]) -> GivenPlace | None:
    """None for someone who left the list or the family, or could not book that day."""
    what, member = waiting.what, outlook.members.get(waiting.member.member_id)
    if member is None or what not in outlook.spots:
        return None
    price = outlook.price_on(what.member_id, what.activity_id, what.day)
    if price is None or outlook.refusal_of_place(member, slot.activity, waiting.when):
        return None
    now, rules = outlook.moment.now, slot.calendar.waiting
    rule, starts = slot.calendar.booking_rule, slot.activity.starts(what.slot)
    closing = closes_at(rule, what.day, outlook.holidays, outlook.moment.time_zone, starts)
    return GivenPlace(
        offer_id=new_id(),
        waiting=waiting,
        reservation=ReservationState(
            reservation_id=new_id(),
            version=1,
            member_id=what.member_id,
            activity_id=what.activity_id,
            regie_id=slot.activity.regie_id,
            day=what.day,
            slot=what.slot,
            element_name=slot.activity.element_of(what.slot),
            tariff_label=price.tariff_label,
            unit_price_cents=price.cents_of(what.slot),
            status=ReservationStatus.BOOKED,
        ),
        counters=tuple(limit.counter for limit in limits),
        expires_at=None if rules.promotion is Promotion.CONFIRM else rules.offer_ends(now, closing),
    )


def _taken(slot: ActivitySlot, free: FreePlaces) -> dict[CountedSlot, Taking]:
    return {CountedSlot(*slot, limit.counter): Taking(places, limit.places) for limit, places in free.given.items()}


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
