"""What a family has before it: its members, activities, adhesions, reservations and draft, at one moment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from chassis.french import of, short_date
from planning.domain.activities import Activity, Entitlement, Member, Price
from planning.domain.calendars import Holidays
from planning.domain.cells import BookedBy, Cell, Day, Moment, Refusal, booking_refusal, cancelling_refusal, judge
from planning.domain.drafts import DraftLine
from planning.domain.rules import Action
from planning.domain.slots import ActivitySlot, DaySlot, MemberSlot


@dataclass(frozen=True)
class Booking:
    """A reservation in force. The price is the one frozen when it was booked."""

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

    @property
    def what(self) -> MemberSlot:
        """What is booked."""
        return MemberSlot(self.member_id, self.activity_id, self.day, self.slot)


@dataclass(frozen=True)
class Places:
    """How many places of a slot are taken, of how many (None: not counted)."""

    booked: int
    capacity: int | None


@dataclass(frozen=True)
class Outlook:
    """Answers for any day of any member what it is and why, for one family."""

    family_id: UUID
    moment: Moment
    members: Mapping[UUID, Member]
    activities: Mapping[UUID, Activity]
    entitlements: tuple[Entitlement, ...]
    holidays: Holidays
    draft: tuple[DraftLine, ...] = ()
    bookings: Mapping[MemberSlot, Booking] = field(default_factory=dict)
    places: Mapping[ActivitySlot, Places] = field(default_factory=dict)

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
        if not entitlements:
            return (
                f"L'adhésion {of(member.first_name)} à « {activity.name} » n'est pas payée. "
                "Payez-la dans « Inscriptions aux activités » pour pouvoir réserver."
            )
        if day is None or any(entitlement.covers(day) for entitlement in entitlements):
            return None
        periods = ", ".join(f"du {short_date(e.valid_from)} au {short_date(e.valid_until)}" for e in entitlements)
        return f"L'adhésion {of(member.first_name)} à « {activity.name} » est valable {periods}, pas ce jour-là."

    def price_on(self, member_id: UUID, activity_id: UUID, day: date) -> Price | None:
        """What the family pays for a day, None without adhesion."""
        covering = [e for e in self.entitlements_of(member_id, activity_id) if e.covers(day)]
        return max(covering, key=lambda e: e.valid_from).price_on(day) if covering else None

    def first_price(self, member_id: UUID, activity_id: UUID, days: Iterable[date]) -> Price | None:
        """The price of the first of these days that an adhesion covers."""
        prices = (self.price_on(member_id, activity_id, day) for day in days)
        return next(filter(None, prices), None)

    def own_booking(self, what: MemberSlot) -> Booking | None:
        """The family's reservation of a slot."""
        booking = self.bookings.get(what)
        return booking if booking and booking.family_id == self.family_id else None

    def cell(self, member: Member, activity: Activity, when: DaySlot, drafted: Action | None) -> Cell:
        """The state of a slot."""
        return judge(self._day(member, activity, when, drafted), self.holidays, self.moment)

    def refusal(self, member: Member, activity: Activity, when: DaySlot, action: Action) -> Refusal | None:
        """Why an action is not possible, None when it is."""
        decide = booking_refusal if action is Action.BOOK else cancelling_refusal
        return decide(self._day(member, activity, when, action), self.holidays, self.moment)

    def _day(self, member: Member, activity: Activity, when: DaySlot, drafted: Action | None) -> Day:
        day = when.day
        what = MemberSlot(member.member_id, activity.activity_id, *when)
        booking, own = self.bookings.get(what), self.own_booking(what)
        price = self.price_on(member.member_id, activity.activity_id, day)
        default_capacity = activity.calendar.capacity if activity.calendar else None
        places = self.places.get(ActivitySlot(activity.activity_id, *when), Places(0, default_capacity))
        return Day(
            day=day,
            slot=when.slot,
            opens_on=activity.opens_on,
            closes_on=activity.closes_on,
            calendar=activity.calendar,
            blocked_reason=self.blocked_reason(member, activity, day),
            price_cents=own.unit_price_cents if own else price.unit_cents if price else 0,
            booked_by=None if booking is None else BookedBy.US if own else BookedBy.OTHER_HOME,
            drafted=drafted,
            places_booked=places.booked,
            capacity=places.capacity,
        )
