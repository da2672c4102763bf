"""Who was there without having booked is billed at the town's price, once the day is over and the list ticked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from chassis.clock import local_day
from chassis.ids import new_id
from chassis.outbox import Outgoing
from contracts.events import ReservationsCommitted
from contracts.events.planning import ReservationState
from contracts.values import ReservationStatus
from planning.application.ports import Commune
from planning.domain.absence_policy import unbooked_cents
from planning.domain.activities import Activity
from planning.domain.calendars import Holidays
from planning.domain.custody import Custody
from planning.domain.slots import MemberSlot

_CORRECTED_FOR = timedelta(days=40)
"""How long after a day its list may still be corrected, and the bill with it."""


@dataclass(frozen=True)
class Presence:
    """Someone who was there without having booked, in one of its homes, at the price of a booked slot there."""

    what: MemberSlot
    family_id: UUID
    tariff_label: str
    unit_price_cents: int


@dataclass(frozen=True)
class PresenceCharge:
    """What is billed for a presence, or no longer."""

    charge_id: UUID
    version: int
    family_id: UUID
    what: MemberSlot
    regie_id: UUID
    tariff_label: str
    unit_price_cents: int
    status: ReservationStatus

    def state(self, activity: Activity | None) -> ReservationState:
        """As billing is told: like a reservation of its own."""
        return ReservationState(
            reservation_id=self.charge_id,
            version=self.version,
            member_id=self.what.member_id,
            activity_id=self.what.activity_id,
            regie_id=self.regie_id,
            day=self.what.day,
            slot=self.what.slot,
            element_name=f"{activity.element_of(self.what.slot) if activity else ''} – présence sans réservation",
            tariff_label=self.tariff_label,
            unit_price_cents=self.unit_price_cents,
            status=self.status,
        )


class PresenceChargeStore(Protocol):
    """Storage, in one transaction."""

    def now(self) -> datetime:
        """Business instant, UTC."""
        ...

    async def lock_calendars(self) -> None:
        """One charging at a time; nothing is booked meanwhile."""
        ...

    async def published(self) -> tuple[Mapping[UUID, Activity], Holidays]:
        """The commune's activities with their calendars, and its holidays."""
        ...

    async def unbooked(self, from_day: date, until: date) -> Sequence[Presence]:
        """Who was there without having booked, on the days of a half-open period, once for each home that could pay."""
        ...

    async def custodies(self, member_ids: Collection[UUID]) -> Mapping[UUID, Custody]:
        """Whose the days of these members are."""
        ...

    async def charges(self, from_day: date, until: date) -> Sequence[PresenceCharge]:
        """What was charged of these days, and no longer is."""
        ...

    async def keep(self, charges: Sequence[PresenceCharge]) -> None:
        """Writes them in place of what was there."""
        ...

    async def publish(self, events: Sequence[Outgoing]) -> None:
        """Publishes if and only if the transaction commits."""
        ...


async def charge_presences(store: PresenceChargeStore, commune: Commune) -> int:
    """Brings what is billed in line with the lists of the last weeks. Returns how much has changed.

    What was billed keeps its price; a list that is corrected, or a booking that is found, takes it back. Done again it
    changes nothing.
    """
    await store.lock_calendars()
    activities, holidays = await store.published()
    today = local_day(store.now(), commune.time_zone)
    period = (today - _CORRECTED_FOR, today)
    known = {charge.what: charge for charge in await store.charges(*period)}
    present = await _present(store, period, holidays)
    changed = [
        *(_taken_back(charge) for what, charge in known.items() if what not in present and _is_charged(charge)),
        *_new(present, known, activities),
    ]
    if changed:
        await store.keep(changed)
        families = dict.fromkeys(charge.family_id for charge in changed)
        await store.publish([_told(family_id, changed, activities) for family_id in families])
    return len(changed)


async def _present(
    store: PresenceChargeStore, period: tuple[date, date], holidays: Holidays
) -> dict[MemberSlot, Presence]:
    """One home pays: the one whose day it is, else the one that enrolled first."""
    found = await store.unbooked(*period)
    custodies = await store.custodies({presence.what.member_id for presence in found})
    chosen: dict[MemberSlot, Presence] = {}
    for presence in found:
        custody = custodies.get(presence.what.member_id)
        is_theirs = custody is not None and custody.home_on(presence.what.day, holidays) == presence.family_id
        if is_theirs or presence.what not in chosen:
            chosen[presence.what] = presence
    return chosen


def _new(
    present: Mapping[MemberSlot, Presence],
    known: Mapping[MemberSlot, PresenceCharge],
    activities: Mapping[UUID, Activity],
) -> list[PresenceCharge]:
    found = []
    for what, presence in present.items():
        before, activity = known.get(what), activities.get(what.activity_id)
        cents = unbooked_cents(activity.absences, presence.unit_price_cents) if activity else 0
        if activity and cents and not (before and _is_charged(before)):
            found.append(
                PresenceCharge(
                    charge_id=before.charge_id if before else new_id(),
                    version=before.version + 1 if before else 1,
                    family_id=presence.family_id,
                    what=what,
                    regie_id=activity.regie_id,
                    tariff_label=presence.tariff_label,
                    unit_price_cents=cents,
                    status=ReservationStatus.BOOKED,
                )
            )
    return found


def _is_charged(charge: PresenceCharge) -> bool:
    return charge.status is ReservationStatus.BOOKED


def _taken_back(charge: PresenceCharge) -> PresenceCharge:
    return replace(charge, version=charge.version + 1, status=ReservationStatus.CANCELLED)


def _told(family_id: UUID, changed: Sequence[PresenceCharge], activities: Mapping[UUID, Activity]) -> Outgoing:
    states = tuple(
        charge.state(activities.get(charge.what.activity_id)) for charge in changed if charge.family_id == family_id
    )
    return Outgoing(ReservationsCommitted(basket_id=new_id(), family_id=family_id, reservations=states), 1)
