"""Reads what families' planning is made of in one round trip: a statement whose parts each give one kind of thing."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from chassis.clock import Clock
from chassis.idempotency import KeyedRequest
from contracts.values import AttendanceState, MemberKind
from planning.adapters.asking import ENTERED, Asks
from planning.adapters.commune_calendars import VERSION, CalendarCache, CommuneCalendars
from planning.adapters.custody_rows import CUSTODY, HOMES_ARE_THERE, read_custody
from planning.adapters.waiting_queries import RANK
from planning.application.ports import Holdings, KeptAnswer
from planning.domain.activities import Entitlement, Price
from planning.domain.blocks import OwedInvoice
from planning.domain.cells import BookedBy
from planning.domain.drafts import DraftLine
from planning.domain.members import Member
from planning.domain.outlook import Booking, Spot
from planning.domain.rules import Action
from planning.domain.slots import ActivitySlot, MemberSlot

Rows = Sequence[Any] | None

_DAYS = "daterange(period.from_day, period.to_day)"
_PARTS = {
    "draft": """
        select array_agg((line_id, member_id, activity_id, day, slot, action, saved_at) order by day, slot, line_id)
        from draft_line where family_id = asked.family_id
    """,
    "members": """
        select array_agg((m.member_id, m.kind, m.first_name, m.birth_date, m.school, m.missing)
                         order by m.first_name, m.member_id)
        from member_family f join member m using (tenant_id, member_id)
        where f.family_id = asked.family_id
    """,
    "entitlements": """
        select array_agg((e.adhesion_id, e.member_id, e.activity_id, e.valid_from, e.valid_until,
                          p.sequence, p.effective_from, p.unit_price_cents, p.tariff_label, p.slot_prices)
                         order by e.adhesion_id, p.sequence)
        from entitlement e join entitlement_price p using (tenant_id, adhesion_id)
        where e.family_id = asked.family_id
    """,
    "bookings": f"""
        select array_agg((r.reservation_id, r.version, r.family_id, r.member_id, r.activity_id, r.day, r.slot,
                          r.tariff_label, r.unit_price_cents, r.booked_at, r.counters, r.attendance, r.billed,
                          r.pay_until))
        from member_family f cross join lateral (
            select * from reservation b
            where (b.tenant_id, b.member_id, b.status) = (f.tenant_id, f.member_id, 'booked') and b.day <@ {_DAYS}
            offset 0
        ) as r
        where f.family_id = asked.family_id
    """,  # noqa: S608 - ours
    "spots": f"""
        select array_agg((w.member_id, w.activity_id, w.day, w.slot, w.family_id = asked.family_id, {RANK}))
        from member_family f cross join lateral (
            select * from waiting m
            where (m.tenant_id, m.member_id) = (f.tenant_id, f.member_id) and m.day <@ {_DAYS}
            offset 0
        ) as w
        where f.family_id = asked.family_id
    """,  # noqa: S608 - ours
    "offers": """
        select array_agg((o.member_id, o.activity_id, o.day, o.slot, o.expires_at))
        from place_offer o
        where o.family_id = asked.family_id and o.status || '' = 'offered'
    """,
    "freed": """
        select array_agg((f.activity_id, f.day, f.slot))
        from freed_slot f
        where f.day >= period.from_day and f.day < period.to_day
    """,
    "waited": """
        select array_agg((w.activity_id, w.day, w.slot))
        from draft_line d cross join lateral (
            select distinct m.activity_id, m.day, m.slot from waiting m
            where (m.tenant_id, m.activity_id, m.day) = (d.tenant_id, d.activity_id, d.day)
            offset 0
        ) as w
        where d.family_id = asked.family_id and d.action = 'cancel'
    """,
    "custodies": f"""
        select array_agg({CUSTODY})
        from member_family own cross join lateral (
            select * from custody c
            where (c.tenant_id, c.member_id) = (own.tenant_id, own.member_id) and {HOMES_ARE_THERE}
            offset 0
        ) as c
        where own.family_id = asked.family_id
    """,  # noqa: S608 - ours
    "listed": """
        select array_agg((k.member_id, k.activity_id, k.day, k.slot, k.present))
        from member_family f cross join lateral (
            select distinct on (m.activity_id, m.day, m.slot) m.member_id, m.activity_id, m.day, m.slot, m.present
            from presence_mark m
            where (m.tenant_id, m.member_id) = (f.tenant_id, f.member_id)
              and (m.member_id, m.day) >= (f.member_id, period.from_day)
              and (m.member_id, m.day) < (f.member_id, least(period.to_day, asked.listed_before))
            order by m.activity_id, m.day, m.slot, m.marked_at desc, m.mark_id desc
            offset 0
        ) as k
        where f.family_id = asked.family_id and period.from_day < asked.listed_before
    """,
    "missing": "select missing from family where family_id = asked.family_id",
    "owed": """
        select array_agg((number, due_on, left_cents) order by due_on, number)
        from owed_invoice where family_id = asked.family_id and due_on is not null
    """,
    "kept": "select (request_hash, body) from idempotency_key where account_id = asked.account_id and key = asked.key",
    "places": """
        select array_agg((p.activity_id, p.day, p.slot, p.counter, p.booked))
        from (select distinct tenant_id, activity_id from entitlement where family_id = asked.family_id) e
        cross join lateral (
            select * from place_count c
            where (c.tenant_id, c.activity_id) = (e.tenant_id, e.activity_id)
              and c.day >= period.from_day and c.day < period.to_day
            offset 0
        ) as p
    """,
}
"""Each a query of one value, an array mostly, of what is ``asked``. The places are those of the activities
to which it has an adhesion.

The statement is planned once, maybe while tables are empty. What could be found by day alone – everyone's – is
therefore fenced (``lateral``, ``offset 0``) and its days written so that no index on the day serves (``<@``, or
compared together with the member). Lists of the day are not looked into unless ``listed_before`` says so.
"""

_PERIOD = """
    select coalesce(asked.from_day, min(day), 'infinity') as from_day,
           coalesce(asked.to_day, max(day) + 1, 'infinity') as to_day
    from draft_line where family_id = asked.family_id and entered.commune = $1
"""
"""No day when there is none to look at. Nothing is read before the commune is set: the last condition waits for it."""
READ_HOLDINGS = f"""
    {ENTERED}
    select ({VERSION}) as version, {", ".join(f"({part}) as {name}" for name, part in _PARTS.items())}
    from entered
    cross join unnest($2::uuid[], $3::date[], $4::date[], $5::uuid[], $6::text[], $7::date[])
        with ordinality as asked (family_id, from_day, to_day, account_id, key, listed_before, place)
    cross join lateral ({_PERIOD}) as period
    order by asked.place
"""  # noqa: S608 - ours


class Look(NamedTuple):
    """What is asked of one family; the half-open period is by default that of the draft's days.

    ``listed_before``: lists of its days before that are looked at; None: no list is.
    """

    family_id: UUID
    from_day: date | None
    to_day: date | None
    account_id: UUID | None
    key: str | None
    listed_before: date | None


async def look(asks: Asks, tenant_id: UUID, looks: Sequence[Look]) -> Sequence[asyncpg.Record]:
    """What is read of each family, in their order: one round trip for any number of them."""
    return await asks.ask(READ_HOLDINGS, str(tenant_id), *map(list, zip(*looks, strict=True)))


class SqlOutlookStore:
    """The reading side: within a transaction when ``asks`` is one, else each look is a transaction of its own."""

    def __init__(self, asks: Asks, tenant_id: UUID, clock: Clock, calendars: CalendarCache) -> None:
        self.tenant_id = tenant_id
        self._asks = asks
        self._clock = clock
        self._calendars = calendars

    def now(self) -> datetime:
        """Business instant, UTC."""
        return self._clock.now()

    async def holdings(
        self,
        family_id: UUID,
        period: tuple[date, date] | None,
        request: KeyedRequest | None = None,
        listed_before: date | None = None,
    ) -> Holdings:
        """See the port."""
        from_day, to_day = period or (None, None)
        account_id, key = (request.account_id, request.key) if request else (None, None)
        row = await self.look(Look(family_id, from_day, to_day, account_id, key, listed_before))
        calendars = await self.calendars_of(row["version"])
        return Holdings(
            calendar_version=calendars.version,
            activities=calendars.activities,
            holidays=calendars.holidays,
            draft=tuple(DraftLine(*_with(line, 5, Action)) for line in row["draft"] or ()),
            members={each[0]: _member(each) for each in row["members"] or ()},
            entitlements=_entitlements(row["entitlements"]),
            bookings={booking.what: booking for booking in (_booking(each) for each in row["bookings"] or ())},
            places=_places(row["places"]),
            spots={MemberSlot(*what): _spot(ours, rank) for *what, ours, rank in row["spots"] or ()},
            offers={MemberSlot(*what): expires_at for *what, expires_at in row["offers"] or ()},
            freed=frozenset(ActivitySlot(*slot) for slot in row["freed"] or ()),
            waited=frozenset(ActivitySlot(*slot) for slot in row["waited"] or ()),
            custodies={each[0]: read_custody(each) for each in row["custodies"] or ()},
            listed={MemberSlot(*what): present for *what, present in row["listed"] or ()},
            missing=tuple(row["missing"] or ()),
            owed=tuple(OwedInvoice(*each) for each in row["owed"] or ()),
            kept=KeptAnswer(*row["kept"]) if row["kept"] else None,
        )

    async def look(self, asked: Look) -> asyncpg.Record:
        """What is read of one family."""
        (row,) = await look(self._asks, self.tenant_id, [asked])
        return row

    async def calendars_of(self, version: int) -> CommuneCalendars:
        """The commune's calendars as they are in that version, or in a newer one."""
        return await self._calendars.of(self._asks, self.tenant_id, version)


def _with(values: Sequence[Any], place: int, kind: Callable[[Any], Any]) -> Sequence[Any]:
    """The values, the one of that place made one of a kind."""
    return [*values[:place], kind(values[place]), *values[place + 1 :]]


def _member(values: Sequence[Any]) -> Member:
    member_id, kind, first_name, birth_date, school, missing = values
    return Member(member_id, MemberKind(kind), first_name, birth_date, school, tuple(missing))


def _booking(values: Sequence[Any]) -> Booking:
    facts: list[Any] = list(values)
    facts[-3] = AttendanceState(facts[-3]) if facts[-3] else None
    return Booking(*facts)


def _spot(ours: bool, rank: int) -> Spot:
    return Spot(rank, BookedBy.US if ours else BookedBy.OTHER_HOME)


def _places(rows: Rows) -> Mapping[ActivitySlot, Mapping[str, int]]:
    """Booked of each slot, by counter, where any ever was."""
    places: dict[ActivitySlot, dict[str, int]] = {}
    for *what, counter, booked in rows or ():
        places.setdefault(ActivitySlot(*what), {})[counter] = booked
    return places


def _entitlements(rows: Rows) -> tuple[Entitlement, ...]:
    """The family's paid adhesions with all their prices."""
    prices: dict[UUID, list[Price]] = {}
    adhesions: dict[UUID, Sequence[Any]] = {}
    for row in rows or ():
        prices.setdefault(row[0], []).append(Price(*row[5:]))
        adhesions[row[0]] = row
    return tuple(
        Entitlement(row[1], row[2], row[3], row[4], tuple(prices[adhesion_id]))
        for adhesion_id, row in adhesions.items()
    )
