"""The town hall cancels what is booked on days that it closed, with notice to each family."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from chassis.clock import local_day
from chassis.errors import DomainError, NotFoundError
from chassis.ids import new_id
from chassis.outbox import Outgoing
from contracts.events import ReservationsCommitted, ReservationsWithdrawn
from contracts.events.planning import WithdrawnDay
from contracts.values import PlaceOfferStatus
from planning.application.answer_offer import give_back_offers
from planning.application.ports import Commune
from planning.application.waiting_ports import EndingStore
from planning.domain.activities import Activity
from planning.domain.calendars import Holidays
from planning.domain.counters import given_back
from planning.domain.rules import Action
from planning.domain.slots import DaySlot
from planning.domain.trail import Actor, Trace
from planning.domain.waiting import Ending, PlaceOffer
from planning.domain.withdrawal import Held, WaitedDay, no_longer_takes_place


class DayPastError(DomainError):
    """What is past took place, or did not: attendance and invoices say so."""

    slug = "day-past"
    sentence = "Un de ces jours est passé : ses réservations ne s'annulent plus. Rien n'a été annulé."


@dataclass(frozen=True)
class Withdrawn:
    """How many reservations were cancelled, and of how many families."""

    reservations: int
    families: int


class WithdrawalStore(EndingStore, Protocol):
    """Storage, in one transaction that holds the commune's calendars."""

    async def lock_calendars(self) -> None:
        """Waits for the baskets being committed and makes the next ones wait."""
        ...

    async def published(self) -> tuple[Mapping[UUID, Activity], Holidays]:
        """The commune's activities with their calendars, and its holidays."""
        ...

    async def lock_booked(self, activity_id: UUID, days: Sequence[date]) -> Sequence[Held]:
        """What is booked on these days, locked."""
        ...

    async def open_offers(self, activity_id: UUID, days: Sequence[date]) -> Sequence[PlaceOffer]:
        """Places of these days that are offered, locked."""
        ...

    async def waited_for(self, activity_id: UUID, days: Sequence[date]) -> Sequence[WaitedDay]:
        """Who waits for these days."""
        ...

    async def stop_waiting(self, waited: Sequence[WaitedDay]) -> None:
        """Takes them off the lists."""
        ...

    async def cancel(self, held: Sequence[Held]) -> None:
        """Cancels them, and gives up what drafts wanted to do with them."""
        ...

    async def trace(self, traces: Sequence[Trace]) -> None:
        """Adds to the families' trails."""
        ...

    def now(self) -> datetime:
        """Business instant, UTC."""
        ...


async def withdraw_bookings(
    store: WithdrawalStore, commune: Commune, activity_id: UUID, days: Sequence[date], actor: Actor
) -> Withdrawn:
    """Cancels the bookings of these days whose slot the calendar in force closes, whatever the cancelling rule.

    Places offered there are withdrawn, and nobody waits for them any more. In a constant number of statements. Done
    again it finds nothing left. Raises ``NotFoundError``, ``DayPastError``.
    """
    await store.lock_calendars()
    activities, holidays = await store.published()
    activity = activities.get(activity_id)
    if activity is None:
        raise NotFoundError
    if min(days) < local_day(store.now(), commune.time_zone):
        raise DayPastError

    def closed(when: DaySlot, school: str | None) -> str | None:
        return no_longer_takes_place(activity, holidays, when, school)

    booked = await store.lock_booked(activity_id, days)
    held = {each: why for each in booked if (why := closed(each.what.when, each.school))}
    waiting = await store.waited_for(activity_id, days)
    waited = {each: why for each in waiting if (why := closed(each.when, each.school))}
    offered = {
        each: Ending(PlaceOfferStatus.WITHDRAWN, why)
        for each in await store.open_offers(activity_id, days)
        if (why := closed(each.when, each.school))
    }
    if waited:
        await store.stop_waiting(list(waited))
    await give_back_offers(store, offered, activities)
    if held:
        await store.cancel(list(held))
        await store.hold_places(given_back(activities, [(each.what, each.counters) for each in held]))
        await store.trace(_traces(held, actor))
    families = dict.fromkeys([*(each.family_id for each in held), *(each.family_id for each in waited)])
    await store.publish([event for family in families for event in _told(activity, family, held, waited)])
    return Withdrawn(len(held), len({each.family_id for each in held}))


def _traces(reasons: Mapping[Held, str], actor: Actor) -> list[Trace]:
    by_reason: dict[tuple[UUID, str], list[Held]] = {}
    for held, reason in reasons.items():
        by_reason.setdefault((held.family_id, reason), []).append(held)
    return [
        Trace(family_id, actor, Action.CANCEL, tuple(held.what for held in of), reason)
        for (family_id, reason), of in by_reason.items()
    ]


def _told(
    activity: Activity, family_id: UUID, held: Mapping[Held, str], waited: Mapping[WaitedDay, str]
) -> list[Outgoing]:
    """The family's cancelled reservations, if any, and all that it is told."""
    basket_id = new_id()
    gone = [each for each in held if each.family_id == family_id]
    days = [(each.what.when, each.first_name, each.unit_price_cents, held[each], False) for each in gone] + [
        (each.when, each.first_name, 0, why, True) for each, why in waited.items() if each.family_id == family_id
    ]
    withdrawn = ReservationsWithdrawn(
        basket_id=basket_id,
        family_id=family_id,
        days=tuple(
            WithdrawnDay(
                first_name=first_name,
                element_name=activity.element_of(when.slot),
                day=when.day,
                unit_price_cents=cents,
                reason=reason,
                waited=has_waited,
            )
            for when, first_name, cents, reason, has_waited in sorted(days)
        ),
    )
    events = [Outgoing(withdrawn, 1)]
    if gone:
        states = tuple(each.cancelled(activity) for each in gone)
        basket = ReservationsCommitted(basket_id=basket_id, family_id=family_id, reservations=states)
        events.insert(0, Outgoing(basket, 1))
    return events
