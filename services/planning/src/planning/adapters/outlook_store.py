"""Reads what a family's planning is made of: one query for each kind of thing, never one by day or by line."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from chassis.database import Transaction
from contracts.values import MemberKind
from planning.adapters.documents import read_calendar, read_slots
from planning.domain.activities import Activity, Entitlement, Price
from planning.domain.calendars import Holidays, SchoolHoliday
from planning.domain.drafts import DraftLine
from planning.domain.limits import EVERYONE
from planning.domain.members import Member
from planning.domain.outlook import Booking
from planning.domain.rules import Action
from planning.domain.slots import ANY_TIME, ActivitySlot, MemberSlot

_MEMBERS = """
    select m.member_id, m.kind, m.first_name, m.birth_date, m.school
    from member_family f join member m using (tenant_id, member_id)
    where f.family_id = :family_id
    order by m.first_name, m.member_id
"""

_CALENDAR = """
    select json_build_object(
        'week_days', c.week_days, 'during', c.during, 'capacity', c.capacity, 'last_places', c.last_places,
        'slots', c.slots, 'groups', c.groups, 'overbooking_percent', c.overbooking_percent,
        'booking_rule', c.booking_rule, 'cancelling_rule', c.cancelling_rule,
        'closures', (select coalesce(json_agg(x order by x.from_day), '[]') from activity_closure x
                     where (x.tenant_id, x.activity_id) = (c.tenant_id, c.activity_id)),
        'extra_openings', (select coalesce(json_agg(x order by x.day), '[]') from extra_opening x
                           where (x.tenant_id, x.activity_id) = (c.tenant_id, c.activity_id))
    )
    from activity_calendar c
    where (c.tenant_id, c.activity_id) = (a.tenant_id, a.activity_id)
"""

ACTIVITIES = f"""
    select a.activity_id, a.name, a.category, a.element_name, a.season, a.opens_on, a.closes_on, a.regie_id, a.slots,
           ({_CALENDAR}) as calendar
    from activity a
"""  # noqa: S608 - ours

_ENTITLEMENTS = """
    select e.adhesion_id, e.member_id, e.activity_id, e.valid_from, e.valid_until,
           p.sequence, p.effective_from, p.unit_price_cents, p.tariff_label, p.slot_prices
    from entitlement e join entitlement_price p using (tenant_id, adhesion_id)
    where e.family_id = :family_id
    order by e.adhesion_id, p.sequence
"""

_HOLIDAYS = """
    select 'school' as kind, from_day, to_day, name from school_holiday
    where from_day < :to_day and to_day > :from_day
    union all
    select 'public', day, day, name from public_holiday
    where day >= :from_day and day < :to_day
"""

_BOOKINGS = """
    select reservation_id, version, family_id, member_id, activity_id, day, slot, tariff_label, unit_price_cents,
           booked_at
    from reservation
    where status = 'booked' and member_id = any(:member_ids) and day >= :from_day and day < :to_day
"""

_PLACES = """
    select activity_id, day, slot, booked from place_count
    where activity_id = any(:activity_ids) and day >= :from_day and day < :to_day
"""


def read_activity(row: Row[Any]) -> Activity:
    """An activity from a row of ``ACTIVITIES``."""
    facts = dict(row._mapping)
    calendar = facts.pop("calendar")
    slots = read_slots(facts.pop("slots")) or (ANY_TIME,)
    return Activity(**facts, calendar=read_calendar(calendar) if calendar else None, slots=slots)


class SqlOutlookStore:
    """The reading side, in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction

    def now(self) -> datetime:
        """Business instant, UTC."""
        return self.transaction.now()

    async def members(self, family_id: UUID) -> Mapping[UUID, Member]:
        """The family's members, by first name."""
        rows = await self._rows(_MEMBERS, family_id=family_id)
        return {
            row.member_id: Member(row.member_id, MemberKind(row.kind), row.first_name, row.birth_date, row.school)
            for row in rows
        }

    async def activities(self, ending_after: date) -> Mapping[UUID, Activity]:
        """Activities that close after a day, with their calendars."""
        rows = await self._rows(f"{ACTIVITIES} where a.closes_on > :day order by a.name", day=ending_after)
        return {row.activity_id: read_activity(row) for row in rows}

    async def entitlements(self, family_id: UUID) -> tuple[Entitlement, ...]:
        """The family's paid adhesions with all their prices."""
        prices: dict[UUID, list[Price]] = {}
        adhesions: dict[UUID, Row[Any]] = {}
        for row in await self._rows(_ENTITLEMENTS, family_id=family_id):
            price = Price(row.sequence, row.effective_from, row.unit_price_cents, row.tariff_label, row.slot_prices)
            prices.setdefault(row.adhesion_id, []).append(price)
            adhesions[row.adhesion_id] = row
        return tuple(
            Entitlement(row.member_id, row.activity_id, row.valid_from, row.valid_until, tuple(prices[adhesion_id]))
            for adhesion_id, row in adhesions.items()
        )

    async def holidays(self, from_day: date, to_day: date) -> Holidays:
        """Holidays that touch a half-open period."""
        rows = await self._rows(_HOLIDAYS, from_day=from_day, to_day=to_day)
        return Holidays(
            public={row.from_day: row.name for row in rows if row.kind == "public"},
            school=tuple(SchoolHoliday(row.from_day, row.to_day, row.name) for row in rows if row.kind == "school"),
        )

    async def draft(self, family_id: UUID) -> tuple[DraftLine, ...]:
        """The family's draft, by day."""
        rows = await self._rows(
            "select line_id, member_id, activity_id, day, slot, action, saved_at from draft_line"
            " where family_id = :family_id order by day, slot, line_id",
            family_id=family_id,
        )
        return tuple(
            DraftLine(row.line_id, row.member_id, row.activity_id, row.day, row.slot, Action(row.action), row.saved_at)
            for row in rows
        )

    async def bookings(self, member_ids: Sequence[UUID], from_day: date, to_day: date) -> Mapping[MemberSlot, Booking]:
        """Reservations in force, whichever home booked them."""
        rows = await self._rows(_BOOKINGS, member_ids=list(member_ids), from_day=from_day, to_day=to_day)
        bookings = [Booking(**row._mapping) for row in rows]
        return {booking.what: booking for booking in bookings}

    async def places(
        self, activity_ids: Sequence[UUID], from_day: date, to_day: date
    ) -> Mapping[ActivitySlot, Mapping[str, int]]:
        """Places booked of each slot, by counter."""
        rows = await self._rows(_PLACES, activity_ids=list(activity_ids), from_day=from_day, to_day=to_day)
        return {ActivitySlot(row.activity_id, row.day, row.slot): {EVERYONE: row.booked} for row in rows}

    async def _rows(self, statement: str, **values: object) -> Sequence[Row[Any]]:
        return (await self.transaction.connection.execute(text(statement), values)).all()
