"""What a family has before it: its members, activities, adhesions, reservations and draft, at one moment."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property, lru_cache
from itertools import chain
from uuid import UUID

from chassis.errors import NotFoundError
from chassis.french import of, short_date
from contracts.values import AttendanceState
from planning.domain.activities import Activity, Entitlement, Price, in_force
from planning.domain.blocks import OwedInvoice, blocks_of
from planning.domain.calendars import Holidays
from planning.domain.cells import BookedBy, Cell, Day, Moment, Refusal, booking_refusal, cancelling_refusal, judge
from planning.domain.custody import Custody
from planning.domain.drafts import DraftLine
from planning.domain.limits import EVERYONE, CountedSlot, Limit, Taken, limits_of, taken
from planning.domain.members import Member
from planning.domain.room import ROOM, sharing_with
from planning.domain.rules import Action
from planning.domain.slots import ANY_TIME, ActivitySlot, DaySlot, MemberSlot, Slot, first_excluding


@dataclass(frozen=True)
class Booking:
    """A reservation in force. The price is the one frozen when it was booked; ``counters``: those it has a place of."""

    reservation_id: UUID
    version: int
    family_id: UUID
    member_id: UUID
    activity_id: UUID
    day: date
    slot: str
    tariff_label: str
    unit_price_cents: int
    booked_at: datetime
    counters: tuple[str, ...] = (EVERYONE,)
    attendance: AttendanceState | None = None
    billed: bool = True
    pay_until: datetime | None = None

    @property
    def what(self) -> MemberSlot:
        """What is booked."""
        return MemberSlot(self.member_id, self.activity_id, self.day, self.slot)


@dataclass(frozen=True)
class Spot:
    """A member's place on a waiting list, 1 being next, and which of its homes waits."""

    rank: int
    by: BookedBy


@dataclass(frozen=True)
class Outlook:
    """Answers for any day of any member what it is and why, for one family.

    ``places`` are those booked of each slot, by counter. ``spots``: where its members wait; ``offers``: until when they
    can accept a place; ``freed``: slots whose places left are about to be given to those who wait; ``waited``: those
    for which anybody waits, of days on which the draft cancels. ``custodies``: of members who have another home too.
    ``listed``: whether the lists of days until today say that a member was there; empty unless they were looked at.
    ``missing``: what the family has still to hand in; ``owed``: its invoices that are not paid, the longest due first.
    """

    family_id: UUID
    moment: Moment
    members: Mapping[UUID, Member]
    activities: Mapping[UUID, Activity]
    entitlements: tuple[Entitlement, ...]
    holidays: Holidays
    draft: tuple[DraftLine, ...] = ()
    bookings: Mapping[MemberSlot, Booking] = field(default_factory=dict)
    places: Mapping[ActivitySlot, Mapping[str, int]] = field(default_factory=dict)
    spots: Mapping[MemberSlot, Spot] = field(default_factory=dict)
    offers: Mapping[MemberSlot, datetime] = field(default_factory=dict)
    freed: Set[ActivitySlot] = frozenset()
    waited: Set[ActivitySlot] = frozenset()
    custodies: Mapping[UUID, Custody] = field(default_factory=dict)
    listed: Mapping[MemberSlot, bool] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    owed: tuple[OwedInvoice, ...] = ()

    def setting_aside(self, *, deadlines: bool = False, blocks: bool = False) -> "Outlook":
        """As it would be if no booking or cancelling rule closed a day that is not past, or nothing had to be done
        before booking; all else holds.
        """
        return replace(self, moment=replace(self.moment, deadlines_set_aside=deadlines, blocks_set_aside=blocks))

    @cached_property
    def blocks(self) -> Mapping[tuple[UUID, UUID], Refusal]:
        """What must be done before a member can book anything of an activity, by member and activity."""
        return blocks_of(self.members, self.activities, self.missing, self.owed, self.moment)

    def member_and_activity(self, member_id: UUID, activity_id: UUID) -> tuple[Member, Activity]:
        """The family's member and the commune's activity. Raises ``NotFoundError``."""
        member, activity = self.members.get(member_id), self.activities.get(activity_id)
        if member is None or activity is None:
            raise NotFoundError
        return member, activity

    def entitlements_of(self, member_id: UUID, activity_id: UUID) -> list[Entitlement]:
        """The family's paid adhesions of a member to an activity."""
        return self._entitlements_by_pair.get((member_id, activity_id), [])

    @cached_property
    def _entitlements_by_pair(self) -> dict[tuple[UUID, UUID], list[Entitlement]]:
        by_pair: dict[tuple[UUID, UUID], list[Entitlement]] = {}
        for entitlement in self.entitlements:
            by_pair.setdefault((entitlement.member_id, entitlement.activity_id), []).append(entitlement)
        return by_pair

    def activities_of(self, member: Member, ending_after: date) -> list[Activity]:
        """Activities not ended on a day that the member has, or could still have by paying an adhesion."""
        return [
            activity
            for activity in self.activities.values()
            if activity.closes_on > ending_after
            and (
                self.entitlements_of(member.member_id, activity.activity_id)
                or (activity.is_meant_for(member) and activity.closes_on > self.moment.today)
            )
        ]

    def blocked_reason(self, member: Member, activity: Activity, day: date | None = None) -> str | None:
        """Why the member has no access to the activity (on a day), None when it has."""
        entitlements = self.entitlements_of(member.member_id, activity.activity_id)
        covered = in_force(entitlements, day) if day else entitlements
        return None if covered else _blocked_reason(entitlements, member, activity)

    def price_on(self, member_id: UUID, activity_id: UUID, day: date) -> Price | None:
        """What the family pays for a day, None without adhesion."""
        adhesion = in_force(self.entitlements_of(member_id, activity_id), day)
        return adhesion.price_on(day) if adhesion else None

    def first_price(self, member_id: UUID, activity_id: UUID, days: Iterable[date]) -> Price | None:
        """The price of the first of these days that an adhesion covers."""
        prices = (self.price_on(member_id, activity_id, day) for day in days)
        return next(filter(None, prices), None)

    def own_booking(self, what: MemberSlot) -> Booking | None:
        """The family's reservation of a slot."""
        booking = self.bookings.get(what)
        return booking if booking and booking.family_id == self.family_id else None

    def slots_of(self, member: Member, activity: Activity) -> tuple[Slot, ...]:
        """The activity's slots, then those it no longer offers but in which the family still has days."""
        whose = (member.member_id, activity.activity_id)
        kept = {what.slot for what in self.bookings if what[:2] == whose and self.own_booking(what)}
        gone = sorted(kept - {slot.code for slot in activity.slots})
        return (*activity.slots, *(ANY_TIME if code == ANY_TIME.code else Slot(code, code) for code in gone))

    def held(self, member: Member, activity: Activity, day: date) -> frozenset[str]:
        """The slots that a member has of a day once the draft is committed, whichever home booked them."""
        return frozenset(
            slot.code
            for slot in activity.slots
            if self._is_held(MemberSlot(member.member_id, activity.activity_id, day, slot.code))
        )

    def booked_by_others(self, member: Member, activity: Activity, day: date) -> frozenset[str]:
        """The slots of a day that the member's other home booked."""
        whats = (MemberSlot(member.member_id, activity.activity_id, day, slot.code) for slot in activity.slots)
        return frozenset(what.slot for what in whats if what in self.bookings and self.own_booking(what) is None)

    def _is_held(self, what: MemberSlot) -> bool:
        action = self._drafted.get(what)
        return action is Action.BOOK or (what in self.bookings and action is not Action.CANCEL)

    @cached_property
    def _drafted(self) -> Mapping[MemberSlot, Action]:
        return {line.what: line.action for line in self.draft}

    def cell(self, member: Member, activity: Activity, when: DaySlot, drafted: Action | None) -> Cell:
        """The state of a slot."""
        day = self._day(member, activity, when, drafted)
        return judge(self._beside_others(day, member, activity), self.holidays, self.moment)

    def refusal(
        self,
        member: Member,
        activity: Activity,
        when: DaySlot,
        action: Action,
        beside: Set[str] | None = None,
    ) -> Refusal | None:
        """Why an action is not possible, None when it is.

        ``beside``: slots that the member will have of that day; None: as the draft says.
        """
        day = self._day(member, activity, when, action)
        if action is Action.CANCEL:
            return cancelling_refusal(day, self.holidays, self.moment)
        held = self._beside(member, activity, when.day) if beside is None else beside
        return self._booking_refusal(day, activity, held)

    def refusal_of_place(self, member: Member, activity: Activity, when: DaySlot) -> Refusal | None:
        """Why a member could not take a place that is kept for it, None when it could; the draft does not matter."""
        booked = replace(self, draft=()).held(member, activity, when.day)
        day = replace(self._day(member, activity, when, None), places=(), freed=False)
        day = replace(day, waiting_rank=None, offered_until=None)
        return self._booking_refusal(day, activity, booked)

    def _beside(self, member: Member, activity: Activity, day: date) -> Set[str]:
        """What is held of a day, where a slot can have others beside it."""
        return self.held(member, activity, day) if len(activity.slots) > 1 else frozenset()

    def _booking_refusal(self, day: Day, activity: Activity, held: Set[str]) -> Refusal | None:
        excluding = _excluding(activity, day.slot, held)
        day.excluded_by = excluding.name if excluding else None
        return booking_refusal(day, self.holidays, self.moment)

    def _beside_others(self, day: Day, member: Member, activity: Activity) -> Day:
        """The day with the slot that it excludes, when the member has one: kept, or such that it can be given up."""
        excluding = _excluding(activity, day.slot, self._beside(member, activity, day.day))
        if excluding is None:
            return day
        other = self._day(member, activity, DaySlot(day.day, excluding.code), None)
        stays = other.booked_by is not None and cancelling_refusal(other, self.holidays, self.moment) is not None
        return replace(day, excluded_by=excluding.name) if stays else replace(day, replaces=excluding.name)

    def _day(self, member: Member, activity: Activity, when: DaySlot, drafted: Action | None) -> Day:
        """Asked for each slot of each day: what is empty is not looked into."""
        day, slot = when
        offered = activity.slot(slot)
        if (member.member_id, activity.activity_id) not in self._concerned:
            return Day(
                day=day,
                slot=slot,
                opens_on=activity.opens_on,
                closes_on=activity.closes_on,
                calendar=activity.calendar,
                school=member.school,
                blocked_reason=_unpaid_reason(member.first_name, activity.name),
                drafted=drafted,
                offered=offered is not None,
            )
        what, place = MemberSlot(member.member_id, activity.activity_id, day, slot), None
        if self.places or self.freed:
            place = ActivitySlot(activity.activity_id, day, slot)
        booking = self.bookings.get(what) if self.bookings else None
        own = booking if booking and booking.family_id == self.family_id else None
        spot = self.spots.get(what) if self.spots else None
        entitlements = self.entitlements_of(member.member_id, activity.activity_id)
        adhesion = in_force(entitlements, day)
        price = adhesion.price_on(day) if adhesion else None
        limits = limits_of(activity, member, day, slot)
        is_others = own is None and bool(self.custodies) and self._is_others(member, day)
        return Day(
            day=day,
            slot=slot,
            slots=activity.slots,
            opens_on=activity.opens_on,
            closes_on=activity.closes_on,
            calendar=activity.calendar,
            starts=offered.from_time if offered else None,
            school=member.school,
            blocked_reason=None if adhesion else _blocked_reason(entitlements, member, activity),
            price_cents=own.unit_price_cents if own else price.cents_of(slot) if price and not is_others else 0,
            booked_by=None if booking is None else BookedBy.US if own else BookedBy.OTHER_HOME,
            drafted=drafted,
            places=(
                self._taken(what, activity, limits)
                if self._given_back or activity.shares_places
                else taken(limits, self.places.get(place, {}) if place else {})
            ),
            offered=offered is not None,
            waiting_rank=spot.rank if spot and spot.by is BookedBy.US else None,
            offered_until=self.offers.get(what) if self.offers else None,
            freed=bool(self.freed) and _concern(self.freed, what.place, activity),
            attendance=own.attendance if own else None,
            is_others=is_others,
            pay_until=own.pay_until if own else None,
            listed=self.listed.get(what) if self.listed else None,
            block=self.blocks.get((member.member_id, activity.activity_id)) if self.blocks else None,
        )

    @cached_property
    def _concerned(self) -> Set[tuple[UUID, UUID]]:
        """The members and activities with an adhesion, or a day of which anything is known; others are only shown."""
        known = chain(self.bookings, self.spots, self.offers, self.listed)
        return {*self._entitlements_by_pair, *((what.member_id, what.activity_id) for what in known)}

    def _taken(self, what: MemberSlot, activity: Activity, limits: Sequence[Limit]) -> tuple[Taken, ...]:
        """The limits of a slot with the places taken, without those that the draft gives back.

        Of a room, no place is missing where the member has one, by a slot to give up for this one.
        """
        place, missing = what.place, limits
        booked = self.places.get(place, {})
        if activity.shares_places:
            booked = {**booked, **self.places.get(place._replace(slot=ROOM), {})}
            others = (self.bookings.get(what._replace(slot=code)) for code in activity.excluded_with(what.slot))
            held = {counter for other in others if other for counter in other.counters if counter != EVERYONE}
            missing = [limit for limit in limits if limit.counter not in held]
        if given := self._given_back:
            booked = {
                counter: number - given.get(CountedSlot.named(place, counter), 0) for counter, number in booked.items()
            }
        return taken(missing, booked)

    @cached_property
    def _given_back(self) -> Mapping[CountedSlot, int]:
        """The places that the draft gives back, where nobody waits for them."""
        given: Counter[CountedSlot] = Counter()
        for what, action in self._drafted.items():
            booking = self.own_booking(what) if action is Action.CANCEL else None
            if booking and not _concern(self.waited, what.place, self.activities[what.activity_id]):
                given.update(CountedSlot.named(what.place, counter) for counter in booking.counters)
        return given

    def _is_others(self, member: Member, day: date) -> bool:
        custody = self.custodies.get(member.member_id)
        return custody is not None and custody.home_on(day, self.holidays) not in (None, self.family_id)


def _concern(slots: Set[ActivitySlot], place: ActivitySlot, activity: Activity) -> bool:
    """Whether a slot, or one that shares places with it, is among these."""
    if not activity.shares_places:
        return place in slots
    return any(place._replace(slot=code) in slots for code in sharing_with(activity.slots, place.slot))


def _excluding(activity: Activity, slot: str, held: Set[str]) -> Slot | None:
    """The first of the slots held that cannot go with a slot on one day."""
    if not held:
        return None
    return first_excluding(activity.slot(slot), [other for other in activity.slots if other.code in held])


def _blocked_reason(entitlements: Sequence[Entitlement], member: Member, activity: Activity) -> str:
    """Of a day that no adhesion covers."""
    if not entitlements:
        return _unpaid_reason(member.first_name, activity.name)
    periods = ", ".join(f"du {short_date(e.valid_from)} au {short_date(e.last_day)}" for e in entitlements)
    return f"L'adhésion {of(member.first_name)} à « {activity.name} » est valable {periods}, pas ce jour-là."


@lru_cache(maxsize=4096)
def _unpaid_reason(first_name: str, activity_name: str) -> str:
    """Told of each slot of each day of the activities that a family could have."""
    return (
        f"L'adhésion {of(first_name)} à « {activity_name} » n'est pas payée. "
        "Payez-la dans « Inscriptions aux activités » pour pouvoir réserver."
    )
