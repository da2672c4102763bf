"""A place that is offered is accepted, declined, or not answered in time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from chassis.clock import local_day
from chassis.errors import NotFoundError
from chassis.ids import new_id
from chassis.outbox import Outgoing
from contracts.events import PlaceOffered
from contracts.events.planning import ReservationState
from contracts.values import PlaceOfferStatus
from planning.application.give_places import committed
from planning.application.look import look_at_period
from planning.application.ports import Commune
from planning.application.waiting_ports import OfferStore
from planning.domain.counters import given_back
from planning.domain.prompt_payment import pay_until
from planning.domain.rules import Action
from planning.domain.trail import Actor, Trace
from planning.domain.waiting import ACCEPTED_REASON, PlaceOffer, PlaceRefusedError

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
    """Books the place that is held, at the price of the offer.

    Raises ``NotFoundError``, ``OfferEndedError``, ``PlaceRefusedError`` when the day cannot be booked any more.
    """
    offer = await _open_offer(store, family_id, offer_id)
    day = offer.when.day
    outlook = await look_at_period(store, commune, family_id, day, day + timedelta(days=1))
    member, activity = outlook.member_and_activity(offer.member_id, offer.activity_id)
    if refusal := outlook.refusal_of_place(member, activity, offer.when):
        raise PlaceRefusedError(refusal.reason)
    basket_id = new_id()
    until = pay_until(activity.calendar, outlook.moment.now, offer.unit_price_cents)
    reservation = await store.book(offer, basket_id, until)
    await store.trace([Trace(family_id, actor, Action.BOOK, (offer.what,), ACCEPTED_REASON)])
    await store.publish(
        [
            Outgoing(committed(basket_id, family_id, reservation), 1),
            Outgoing(_told(offer, PlaceOfferStatus.ACCEPTED), _ENDED_SEQUENCE),
        ]
    )
    return Accepted(basket_id, offer, reservation)


async def decline_offer(store: OfferStore, family_id: UUID, offer_id: UUID) -> None:
    """The place goes to the next. Raises ``NotFoundError``, ``OfferEndedError``."""
    offer = await _open_offer(store, family_id, offer_id)
    await _give_back(store, {offer: PlaceOfferStatus.DECLINED})


async def end_overdue_offers(store: OfferStore, commune: Commune) -> Sequence[PlaceOfferStatus]:
    """Ends the offers that were not answered in time; their places go to the next. Returns what became of each."""
    await store.hold_calendars()
    now = store.now()
    overdue = await store.overdue_offers(now, local_day(now, commune.time_zone), _MOST_AT_ONCE)
    await _give_back(store, overdue)
    await store.forget_served()
    return list(overdue.values())


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


async def _give_back(store: OfferStore, ended: Mapping[PlaceOffer, PlaceOfferStatus]) -> None:
    if not ended:
        return
    held = [(offer.what, offer.counters) for offer in ended]
    await store.hold_places(given_back(await store.activities(), held))
    await store.end_offers(ended)
    await store.publish([Outgoing(_told(offer, status), _ENDED_SEQUENCE) for offer, status in ended.items()])


def _told(offer: PlaceOffer, status: PlaceOfferStatus) -> PlaceOffered:
    return PlaceOffered(
        offer_id=offer.offer_id,
        family_id=offer.family_id,
        first_name=offer.first_name,
        element_name=offer.element_name,
        day=offer.when.day,
        slot=offer.when.slot,
        unit_price_cents=offer.unit_price_cents,
        status=status,
        expires_at=offer.expires_at,
    )
