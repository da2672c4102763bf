"""A place that is offered is accepted or declined, by the family or at the town hall, or not answered in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from chassis.clock import local_day
from chassis.errors import NotFoundError
from chassis.ids import new_id
from chassis.outbox import Outgoing
from contracts.events import PlaceOffered, ReservationsChangedByTownHall
from contracts.events.planning import ChangedDay, ReservationState
from contracts.values import PlaceOfferStatus
from planning.application.give_places import committed
from planning.application.look import look_at_period
from planning.application.ports import Commune
from planning.application.waiting_ports import EndingStore, OfferStore
from planning.domain.activities import Activity
from planning.domain.calendars import Holidays
from planning.domain.counters import given_back
from planning.domain.for_family import seen_at_town_hall
from planning.domain.prompt_payment import pay_until
from planning.domain.rules import Action
from planning.domain.trail import Actor, Told, Trace
from planning.domain.waiting import ACCEPTED_REASON, Ending, PlaceOffer, PlaceRefusedError
from planning.domain.withdrawal import no_longer_takes_place

_MOST_AT_ONCE = 200
_ENDED_SEQUENCE = 2
"""An offer has two states: offered, then what became of it."""


@dataclass(frozen=True)
class Accepted:
    """A place that is now booked."""

    basket_id: UUID
    offer: PlaceOffer
    reservation: ReservationState


async def accept_offer(store: OfferStore, commune: Commune, family_id: UUID, offer_id: UUID, actor: Actor) -> Accepted:
    """Books the place that is held, at the price of the offer. Of what the town hall accepts the family is told, and
    nothing is to be paid at once.

    Raises ``NotFoundError``, ``OfferEndedError``, ``PlaceRefusedError`` when the day cannot be booked any more.
    """
    offer = await _open_offer(store, family_id, offer_id)
    day = offer.when.day
    outlook = await look_at_period(store, commune, family_id, day, day + timedelta(days=1))
    if actor.is_town_hall:
        outlook = seen_at_town_hall(outlook)
    member, activity = outlook.member_and_activity(offer.member_id, offer.activity_id)
    if refusal := outlook.refusal_of_place(member, activity, offer.when):
        raise PlaceRefusedError(refusal.reason, cause=refusal.slug)
    basket_id = new_id()
    until = pay_until(activity.calendar, outlook.moment.now, offer.unit_price_cents)
    reservation = await store.book(offer, basket_id, None if actor.is_town_hall else until)
    await store.trace([Trace(family_id, actor, Action.BOOK, (offer.what,), ACCEPTED_REASON)])
    await store.publish(
        [
            Outgoing(committed(basket_id, family_id, reservation), 1),
            Outgoing(_told(offer, Ending(PlaceOfferStatus.ACCEPTED)), _ENDED_SEQUENCE),
            *([Outgoing(_changed(basket_id, offer, reservation), 1)] if actor.is_town_hall else []),
        ]
    )
    return Accepted(basket_id, offer, reservation)


async def decline_offer(store: OfferStore, family_id: UUID, offer_id: UUID, actor: Actor) -> None:
    """The place goes to the next. Raises ``NotFoundError``, ``OfferEndedError``."""
    offer = await _open_offer(store, family_id, offer_id)
    await store.trace([Trace(family_id, actor, Told.DECLINE, (offer.what,))])
    await give_back_offers(store, {offer: Ending(PlaceOfferStatus.DECLINED)}, await store.activities())


async def end_overdue_offers(store: OfferStore, commune: Commune) -> Sequence[PlaceOfferStatus]:
    """Ends the offers that were not answered in time; their places go to the next. Returns what became of each."""
    await store.hold_calendars()
    now = store.now()
    overdue = await store.overdue_offers(now, local_day(now, commune.time_zone), _MOST_AT_ONCE)
    ended: dict[PlaceOffer, Ending] = {}
    if overdue:
        activities, holidays = await store.published()
        ended = {offer: _ending(offer, status, activities, holidays) for offer, status in overdue.items()}
        await give_back_offers(store, ended, activities)
    await store.forget_served()
    return [ending.status for ending in ended.values()]


def _ending(
    offer: PlaceOffer, status: PlaceOfferStatus, activities: Mapping[UUID, Activity], holidays: Holidays
) -> Ending:
    """Nobody else has the place of a day that the town closed meanwhile."""
    activity = activities.get(offer.activity_id)
    if activity is None or status is not PlaceOfferStatus.LAPSED:
        return Ending(status)
    reason = no_longer_takes_place(activity, holidays, offer.when, offer.school)
    return Ending(PlaceOfferStatus.WITHDRAWN, reason) if reason else Ending(status)


async def _open_offer(store: OfferStore, family_id: UUID, offer_id: UUID) -> PlaceOffer:
    known = await store.offer(family_id, offer_id)
    if known is None:
        raise NotFoundError
    await store.hold_member(known.member_id)
    offer = await store.offer(family_id, offer_id, lock=True)
    if offer is None:
        raise NotFoundError
    offer.check_open(store.now())
    return offer


async def give_back_offers(
    store: EndingStore, ended: Mapping[PlaceOffer, Ending], activities: Mapping[UUID, Activity]
) -> None:
    """Their places are free, and their families know why."""
    if not ended:
        return
    await store.hold_places(given_back(activities, [(offer.what, offer.counters) for offer in ended]))
    await store.end_offers(ended)
    await store.publish([Outgoing(_told(offer, ending), _ENDED_SEQUENCE) for offer, ending in ended.items()])


def _changed(basket_id: UUID, offer: PlaceOffer, reservation: ReservationState) -> ReservationsChangedByTownHall:
    day = ChangedDay(
        first_name=offer.first_name,
        element_name=reservation.element_name,
        day=reservation.day,
        unit_price_cents=reservation.unit_price_cents,
        status=reservation.status,
        reason=ACCEPTED_REASON,
    )
    return ReservationsChangedByTownHall(basket_id=basket_id, family_id=offer.family_id, days=(day,))


def _told(offer: PlaceOffer, ending: Ending) -> PlaceOffered:
    return PlaceOffered(
        offer_id=offer.offer_id,
        family_id=offer.family_id,
        first_name=offer.first_name,
        element_name=offer.element_name,
        day=offer.when.day,
        slot=offer.when.slot,
        unit_price_cents=offer.unit_price_cents,
        status=ending.status,
        expires_at=offer.expires_at,
        reason=ending.reason,
    )
