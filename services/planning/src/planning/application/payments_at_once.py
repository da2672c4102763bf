"""What billing says of days that were to be paid at once: paid, or given up."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from chassis.ids import new_id
from chassis.outbox import Outgoing
from contracts.events import InvoiceLapsed, ReservationsCommitted
from planning.domain.activities import Activity
from planning.domain.counters import Taking, given_back
from planning.domain.limits import CountedSlot
from planning.domain.rules import Action
from planning.domain.trail import PORTAL, Trace
from planning.domain.withdrawal import Held


class PromptPaymentStore(Protocol):
    """Storage, in one transaction."""

    async def hold_calendars(self) -> None:
        """Calendars stand still until the end of the transaction."""
        ...

    async def activities(self) -> Mapping[UUID, Activity]:
        """The commune's activities, with their calendars."""
        ...

    async def lock_unpaid(self, reservation_ids: Sequence[UUID]) -> Sequence[Held]:
        """Those of them that are booked, locked."""
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


async def cancel_unpaid(store: PromptPaymentStore, lapsed: InvoiceLapsed) -> None:
    """Gives the places back; those who wait for them are next. What the family cancelled meanwhile stays so."""
    await store.hold_calendars()
    activities = await store.activities()
    gone = await store.lock_unpaid(lapsed.reservation_ids)
    if not gone:
        return
    await store.cancel(gone)
    await store.hold_places(given_back(activities, [(held.what, held.counters) for held in gone]))
    reason = f"Non payé dans le délai (facture {lapsed.number})"
    await store.trace([Trace(lapsed.family_id, PORTAL, Action.CANCEL, tuple(held.what for held in gone), reason)])
    states = tuple(held.cancelled(activities.get(held.what.activity_id)) for held in gone)
    basket = ReservationsCommitted(basket_id=new_id(), family_id=lapsed.family_id, reservations=states)
    await store.publish([Outgoing(basket, 1)])
