"""What the use cases of waiting lists ask of the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from chassis.outbox import Outgoing
from contracts.events.planning import ReservationState
from contracts.values import PlaceOfferStatus
from planning.application.ports import OutlookStore
from planning.domain.activities import Activity
from planning.domain.calendars import Holidays
from planning.domain.counters import Taking
from planning.domain.limits import CountedSlot
from planning.domain.slots import ActivitySlot, MemberSlot
from planning.domain.trail import Trace
from planning.domain.waiting import Ending, PlaceOffer, Waiting, WaitingWish
from planning.domain.waiting_rules import WaitingRules


@dataclass(frozen=True)
class Freed:
    """A day of an activity that may have places for those who wait: of which slots, and the marks that say so."""

    activity_id: UUID
    day: date
    slots: Sequence[str]
    marks: Sequence[int]

    @property
    def places(self) -> list[ActivitySlot]:
        """Where there may be places."""
        return [ActivitySlot(self.activity_id, self.day, slot) for slot in self.slots]


@dataclass(frozen=True)
class GivenPlace:
    """A place for someone who waited: offered until ``expires_at``, or booked at once when that is None."""

    offer_id: UUID
    waiting: Waiting
    reservation: ReservationState
    counters: tuple[str, ...]
    expires_at: datetime | None


class WaitingStore(OutlookStore, Protocol):
    """Waiting lists, in one transaction."""

    async def hold_calendars(self) -> None:
        """Calendars stand still until the end of the transaction."""
        ...

    async def hold_member(self, member_id: UUID) -> None:
        """The same, and nothing else books for a member meanwhile. Only one member may be held in a transaction."""
        ...

    async def activities(self) -> Mapping[UUID, Activity]:
        """The commune's activities, with their calendars."""
        ...

    async def add_waiting(self, family_id: UUID, wish: WaitingWish) -> Sequence[UUID]:
        """Adds a member to lists; drafts that wanted to book the same are given up. Returns the new rows' ids."""
        ...

    async def whose_waiting(self, family_id: UUID, waiting_id: UUID) -> UUID | None:
        """The member of a family's row."""
        ...

    async def remove_waiting(self, waiting_id: UUID) -> MemberSlot | None:
        """What was waited for; None when it was not there any more."""
        ...

    async def trace(self, traces: Sequence[Trace]) -> None:
        """Adds to the trail."""
        ...

    async def queues(self, slots: Collection[ActivitySlot]) -> Sequence[Waiting]:
        """All who wait for these slots, in no order."""
        ...

    async def slots_waited_for(
        self, from_day: date, *, activity_id: UUID | None = None, member_id: UUID | None = None
    ) -> Collection[ActivitySlot]:
        """The slots for which someone waits, from a day on."""
        ...

    async def set_points(self, points: Mapping[UUID, int]) -> None:
        """Keeps the points of rows."""
        ...

    async def mark(self, slots: Collection[ActivitySlot]) -> None:
        """These slots may have places for those who wait."""
        ...

    async def set_rules(self, activity_id: UUID, rules: WaitingRules) -> bool:
        """Writes an activity's rules; False when it has no calendar."""
        ...

    async def lock_calendars(self) -> None:
        """Waits for the baskets being committed and makes the next ones wait."""
        ...

    async def give_points(self, member_id: UUID, points: int, reason: str) -> bool:
        """Keeps the town hall's points of a member, 0 for none any more; False when there is no such member."""
        ...


class EndingStore(Protocol):
    """Offers that end without being accepted, in one transaction."""

    async def hold_places(self, net: Mapping[CountedSlot, Taking]) -> bool:
        """Takes or gives back places; False, and nothing is changed, when one would be too many."""
        ...

    async def end_offers(self, ended: Mapping[PlaceOffer, Ending]) -> None:
        """Ends offers that were not accepted. Their places must have been given back."""
        ...

    async def publish(self, events: Sequence[Outgoing]) -> None:
        """Publishes with this transaction."""
        ...


class OfferStore(WaitingStore, EndingStore, Protocol):
    """Places that are given on, in one transaction."""

    async def next_freed(self) -> Freed | None:
        """A day of which slots were marked, the one marked longest ago."""
        ...

    async def settle(self, freed: Freed) -> None:
        """Takes marks away; those made since stay."""
        ...

    async def try_hold_member(self, member_id: UUID) -> bool:
        """Whether nothing else books for a member from now on: never waits."""
        ...

    async def booked(self, activity_id: UUID, day: date) -> Mapping[CountedSlot, int]:
        """Places taken of a day of an activity."""
        ...

    async def published(self) -> tuple[Mapping[UUID, Activity], Holidays]:
        """The commune's activities with their calendars, and its holidays."""
        ...

    async def give(self, places: Sequence[GivenPlace]) -> None:
        """Offers or books places that are held, and takes those who get them off the list."""
        ...

    async def offer(self, family_id: UUID, offer_id: UUID, *, lock: bool = False) -> PlaceOffer | None:
        """A family's offer; locked, nobody else answers it meanwhile."""
        ...

    async def overdue_offers(self, now: datetime, today: date, limit: int) -> Mapping[PlaceOffer, PlaceOfferStatus]:
        """Offers to end, with what becomes of them; locked. Those that are being answered are left out."""
        ...

    async def book(self, offer: PlaceOffer, basket_id: UUID, pay_until: datetime | None) -> ReservationState:
        """Makes an offered place a reservation, to be paid by then; the same in the draft is given up."""
        ...

    async def forget_served(self) -> None:
        """Takes off the lists those who have what they wait for."""
        ...
