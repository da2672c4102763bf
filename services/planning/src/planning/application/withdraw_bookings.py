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
from planning.application.ports import Commune
from planning.domain.activities import Activity
from planning.domain.calendars import Holidays
from planning.domain.counters import CountedSlot, Taking, given_back
from planning.domain.rules import Action
from planning.domain.trail import Actor, Trace
from planning.domain.withdrawal import Held, no_longer_takes_place


class DayPastError(DomainError):
    """What is past took place, or did not: attendance and invoices say so."""

    slug = "day-past"
    sentence = "Un de ces jours est passé : ses réservations ne s'annulent plus. Rien n'a été annulé."


@dataclass(frozen=True)
class Withdrawn:
    """How many reservations were cancelled, and of how many families."""

    reservations: int
    families: int


class WithdrawalStore(Protocol):
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

    async def cancel(self, held: Sequence[Held]) -> None:
        """Cancels them, and gives up what drafts wanted to do with them."""
        ...

    async def hold_places(self, net: Mapping[CountedSlot, Taking]) -> bool:
        """Gives places back."""
        ...

    async def trace(self, traces: Sequence[Trace]) -> None:
        """Adds to the families' trails."""
        ...

    async def publish(self, events: Sequence[Outgoing]) -> None:
        """Publishes if and only if the transaction commits."""
        ...

    def now(self) -> datetime:
        """Business instant, UTC."""
        ...


async def withdraw_bookings(
    store: WithdrawalStore, commune: Commune, activity_id: UUID, days: Sequence[date], actor: Actor
) -> Withdrawn:
    """Cancels the bookings of these days whose slot the calendar in force closes, whatever the cancelling rule.

    In a constant number of statements. Done again it finds nothing left. Raises ``NotFoundError``, ``DayPastError``.
    """
    await store.lock_calendars()
    activities, holidays = await store.published()
    activity = activities.get(activity_id)
    if activity is None:
        raise NotFoundError
    if min(days) < local_day(store.now(), commune.time_zone):
        raise DayPastError
    reasons = {
        held: reason
        for held in await store.lock_booked(activity_id, days)
        if (reason := no_longer_takes_place(activity, holidays, held.what.day, held.what.slot))
    }
    by_family: dict[UUID, list[Held]] = {}
    for held in reasons:
        by_family.setdefault(held.family_id, []).append(held)
    if reasons:
        await store.cancel(list(reasons))
        await store.hold_places(given_back(activities, [(held.what, held.counters) for held in reasons]))
        await store.trace(_traces(reasons, actor))
        await store.publish([event for of in by_family.values() for event in _told(activity, of, reasons)])
    return Withdrawn(len(reasons), len(by_family))


def _traces(reasons: Mapping[Held, str], actor: Actor) -> list[Trace]:
    by_reason: dict[tuple[UUID, str], list[Held]] = {}
    for held, reason in reasons.items():
        by_reason.setdefault((held.family_id, reason), []).append(held)
    return [
        Trace(family_id, actor, Action.CANCEL, tuple(held.what for held in of), reason)
        for (family_id, reason), of in by_reason.items()
    ]


def _told(activity: Activity, gone: Sequence[Held], reasons: Mapping[Held, str]) -> list[Outgoing]:
    basket_id, family_id = new_id(), gone[0].family_id
    states = tuple(held.cancelled(activity) for held in gone)
    days = tuple(
        WithdrawnDay(
            first_name=held.first_name,
            element_name=activity.element_of(held.what.slot),
            day=held.what.day,
            unit_price_cents=held.unit_price_cents,
            reason=reasons[held],
        )
        for held in sorted(gone, key=lambda each: (each.what.day, each.first_name, each.what.slot))
    )
    return [
        Outgoing(ReservationsCommitted(basket_id=basket_id, family_id=family_id, reservations=states), 1),
        Outgoing(ReservationsWithdrawn(basket_id=basket_id, family_id=family_id, days=days), 1),
    ]
