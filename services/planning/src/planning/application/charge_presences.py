"""What the list of the day adds to bills: charged once the day is over, taken back when the list is corrected."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol
from uuid import UUID

from chassis.clock import local_day
from chassis.french import euros
from chassis.ids import new_id
from chassis.outbox import Outgoing
from contracts.events import ReservationsCommitted
from contracts.events.planning import ReservationState
from contracts.values import ReservationStatus
from planning.application.ports import Commune
from planning.domain.activities import Activity
from planning.domain.calendars import Holidays
from planning.domain.custody import Custody
from planning.domain.slots import MemberSlot
from planning.domain.supplements import Supplement, SupplementKind, supplements
from planning.domain.trail import PORTAL, Told, Trace

_CORRECTED_FOR = timedelta(days=40)
"""How long after a day its list may still be corrected, and the bill with it."""


@dataclass(frozen=True)
class Presence:
    """What the list says of one slot of a member, in one of its homes, at the price of a booked slot there.

    ``excused``: it is booked, and not billed. ``late_minutes``: after the end of the slot; None: it did not leave late,
    or nobody noted it.
    """

    what: MemberSlot
    family_id: UUID
    tariff_label: str
    unit_price_cents: int
    booked: bool
    excused: bool
    present: bool
    late_minutes: int | None


@dataclass(frozen=True)
class PresenceCharge:
    """What is billed for what the list says, or no longer."""

    charge_id: UUID
    version: int
    family_id: UUID
    what: MemberSlot
    kind: SupplementKind
    words: str
    regie_id: UUID
    tariff_label: str
    unit_price_cents: int
    status: ReservationStatus

    @property
    def is_charged(self) -> bool:
        """Whether it is billed."""
        return self.status is ReservationStatus.BOOKED

    def taken_back(self) -> "PresenceCharge":
        """The same, no longer billed."""
        return replace(self, version=self.version + 1, status=ReservationStatus.CANCELLED)

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
            element_name=f"{activity.element_of(self.what.slot) if activity else ''} – {self.words}",
            tariff_label=self.tariff_label,
            unit_price_cents=self.unit_price_cents,
            status=self.status,
        )

    def trace(self) -> Trace:
        """As the family reads it in its trail."""
        action = Told.CHARGE if self.is_charged else Told.CHARGE_BACK
        reason = f"{self.words[0].upper()}{self.words[1:]} : {euros(self.unit_price_cents)}."
        return Trace(self.family_id, PORTAL, action, (self.what,), reason)


class _Reason(NamedTuple):
    """What a charge is for: while the list says so, it stays as it is."""

    what: MemberSlot
    kind: SupplementKind
    words: str


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

    async def seen(self, from_day: date, until: date) -> Sequence[Presence]:
        """What may add to a bill, on the days of a half-open period: who came without booking, once for each home that
        could pay; who booked and did not come, unless its absence was announced; who came although its absence is
        excused; who booked and left late.
        """
        ...

    async def custodies(self, member_ids: Collection[UUID]) -> Mapping[UUID, Custody]:
        """Whose the days of these members are."""
        ...

    async def charges(self, from_day: date, until: date) -> Sequence[PresenceCharge]:
        """What is charged of these days."""
        ...

    async def keep(self, charges: Sequence[PresenceCharge]) -> None:
        """Writes them in this order, in place of what was there."""
        ...

    async def trace(self, traces: Sequence[Trace]) -> None:
        """Adds to the trail."""
        ...

    async def publish(self, events: Sequence[Outgoing]) -> None:
        """Publishes if and only if the transaction commits."""
        ...


async def charge_presences(store: PresenceChargeStore, commune: Commune) -> int:
    """Brings what is billed in line with the lists of the last weeks. Returns how much has changed.

    What was billed keeps its price; a list that is corrected, a booking that is found or an absence that is announced
    takes it back. Done again it changes nothing.
    """
    await store.lock_calendars()
    activities, holidays = await store.published()
    today = local_day(store.now(), commune.time_zone)
    period = (today - _CORRECTED_FOR, today)
    known = {_Reason(each.what, each.kind, each.words): each for each in await store.charges(*period)}
    wanted = _wanted(await _paying(store, period, holidays), activities)
    changed = [
        *(charge.taken_back() for reason, charge in known.items() if reason not in wanted),
        *(
            _new(presence, supplement, activities[reason.what.activity_id])
            for reason, (presence, supplement) in wanted.items()
            if reason not in known and _is_due(supplement, presence, activities, today)
        ),
    ]
    if changed:
        await store.keep(changed)
        await store.trace([charge.trace() for charge in changed])
        families = dict.fromkeys(charge.family_id for charge in changed)
        await store.publish([_told(family_id, changed, activities) for family_id in families])
    return len(changed)


async def _paying(
    store: PresenceChargeStore, period: tuple[date, date], holidays: Holidays
) -> Mapping[MemberSlot, Presence]:
    """One home pays: the one that booked, or whose day it is, else the one that enrolled first."""
    found = await store.seen(*period)
    custodies = await store.custodies({presence.what.member_id for presence in found if not presence.booked})
    chosen: dict[MemberSlot, Presence] = {}
    for presence in found:
        custody = custodies.get(presence.what.member_id)
        is_theirs = custody is not None and custody.home_on(presence.what.day, holidays) == presence.family_id
        if is_theirs or presence.what not in chosen:
            chosen[presence.what] = presence
    return chosen


def _wanted(
    present: Mapping[MemberSlot, Presence], activities: Mapping[UUID, Activity]
) -> Mapping[_Reason, tuple[Presence, Supplement]]:
    return {
        _Reason(what, supplement.kind, supplement.words): (presence, supplement)
        for what, presence in present.items()
        if (activity := activities.get(what.activity_id))
        for supplement in supplements(
            activity.absences.rates_on(what.day),
            presence.unit_price_cents,
            booked=presence.booked,
            excused=presence.excused,
            present=presence.present,
            late_minutes=presence.late_minutes,
        )
    }


def _is_due(supplement: Supplement, presence: Presence, activities: Mapping[UUID, Activity], today: date) -> bool:
    """Nobody pays for an absence that it may still announce."""
    if not supplement.cents:
        return False
    policy = activities[presence.what.activity_id].absences
    return supplement.kind is not SupplementKind.ABSENT or not policy.can_be_announced(presence.what.day, today)


def _new(presence: Presence, supplement: Supplement, activity: Activity) -> PresenceCharge:
    return PresenceCharge(
        charge_id=new_id(),
        version=1,
        family_id=presence.family_id,
        what=presence.what,
        kind=supplement.kind,
        words=supplement.words,
        regie_id=activity.regie_id,
        tariff_label=presence.tariff_label,
        unit_price_cents=supplement.cents,
        status=ReservationStatus.BOOKED,
    )


def _told(family_id: UUID, changed: Sequence[PresenceCharge], activities: Mapping[UUID, Activity]) -> Outgoing:
    states = tuple(
        charge.state(activities.get(charge.what.activity_id)) for charge in changed if charge.family_id == family_id
    )
    return Outgoing(ReservationsCommitted(basket_id=new_id(), family_id=family_id, reservations=states), 1)
