"""Waiting lists in SQL, in one transaction."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from chassis.database import Transaction
from chassis.ids import new_id
from contracts.values import MemberKind
from planning.adapters.commune_calendars import VERSION, CalendarCache
from planning.adapters.documents import waiting_document
from planning.adapters.draft_store import CALENDARS_LOCK
from planning.adapters.outlook_store import SqlOutlookStore
from planning.domain.activities import Activity
from planning.domain.members import Member
from planning.domain.slots import ActivitySlot, DaySlot
from planning.domain.waiting import Waiting, WaitingWish
from planning.domain.waiting_rules import Standing, WaitingRules

GIVE_PLACES = "give-places"
"""The job that gives freed places to those who wait."""
MEMBER_LOCK = "hashtextextended('member ' || cast(cast(:member_id as uuid) as text), 0)"
"""As in ``commit_baskets``: nothing else books for the member meanwhile."""

_ADD = """
    insert into waiting (tenant_id, waiting_id, family_id, member_id, activity_id, day, slot, joined_at)
    select :tenant_id, waiting_id, :family_id, :member_id, :activity_id, day, slot, :joined_at
    from unnest(cast(:ids as uuid[]), cast(:days as date[]), cast(:slots as text[])) as w (waiting_id, day, slot)
"""
GIVE_UP_DRAFT = """
    delete from draft_line
    where family_id = :family_id and member_id = :member_id and activity_id = :activity_id and action = 'book'
      and (day, slot) in (select * from unnest(cast(:days as date[]), cast(:slots as text[])))
"""
_MARK = """
    insert into freed_slot (tenant_id, activity_id, day, slot)
    select :tenant_id, * from unnest(cast(:activities as uuid[]), cast(:days as date[]), cast(:slots as text[]))
"""
_QUEUES = """
    select w.waiting_id, w.family_id, w.member_id, m.kind, m.first_name, m.birth_date, m.school, w.activity_id, w.day,
           w.slot, w.joined_at, coalesce(p.points, 0) as given_points, p.reason as given_reason,
           exists (
               select from member_family f join reservation r using (tenant_id, member_id)
               where f.family_id = w.family_id and f.member_id <> w.member_id
                 and (r.activity_id, r.day, r.status) = (w.activity_id, w.day, 'booked')) as sibling_booked,
           exists (
               select from reservation r
               where (r.member_id, r.activity_id, r.status) = (w.member_id, w.activity_id, 'booked')
                 and r.day <> w.day and r.day >= date_trunc('month', w.day)
                 and r.day < date_trunc('month', w.day) + interval '1 month') as has_other_day
    from unnest(cast(:activities as uuid[]), cast(:days as date[]), cast(:slots as text[]))
        as s (activity_id, day, slot)
    join waiting w using (activity_id, day, slot)
    join member m using (tenant_id, member_id)
    left join member_points p using (tenant_id, member_id)
"""
_WAITED_FOR = """
    select distinct activity_id, day, slot from waiting
    where day >= :from_day
      and (cast(:activity_id as uuid) is null or activity_id = :activity_id)
      and (cast(:member_id as uuid) is null or member_id = :member_id)
"""
_SET_POINTS = """
    update waiting w set points = p.points
    from unnest(cast(:ids as uuid[]), cast(:points as int[])) as p (waiting_id, points)
    where w.waiting_id = p.waiting_id and w.points <> p.points
"""
_SET_RULES = """
    update activity_calendar set waiting_list = cast(:rules as jsonb) where activity_id = :activity_id
"""
_GIVE_POINTS = """
    insert into member_points (tenant_id, member_id, points, reason)
    select :tenant_id, member_id, :points, :reason from member where member_id = :member_id
    on conflict (tenant_id, member_id) do update set points = excluded.points, reason = excluded.reason
"""


class SqlWaitingStore(SqlOutlookStore):
    """Implements ``WaitingStore``."""

    def __init__(self, transaction: Transaction, calendars: CalendarCache) -> None:
        super().__init__(transaction, transaction.tenant_id, transaction.clock, calendars)
        self.transaction = transaction

    async def hold_calendars(self) -> None:
        """See the port."""
        await self.run(f"select pg_advisory_xact_lock_shared({CALENDARS_LOCK})")

    async def lock_calendars(self) -> None:
        """See the port."""
        await self.run(f"select pg_advisory_xact_lock({CALENDARS_LOCK})")

    async def hold_member(self, member_id: UUID) -> None:
        """See the port."""
        await self.hold_calendars()
        await self.run(f"select pg_advisory_xact_lock({MEMBER_LOCK})", member_id=member_id)

    async def activities(self) -> Mapping[UUID, Activity]:
        """See the port."""
        ((version,),) = await self.transaction.ask(f"select ({VERSION})")
        return (await self.calendars_of(version)).activities

    async def add_waiting(self, family_id: UUID, wish: WaitingWish) -> Sequence[UUID]:
        """See the port. A place may have been freed since the day was seen full: the slots are marked."""
        ids = [new_id() for _ in wish.whens]
        whose = {"family_id": family_id, "member_id": wish.member_id, "activity_id": wish.activity_id}
        days = {"days": [when.day for when in wish.whens], "slots": [when.slot for when in wish.whens]}
        await self.run(_ADD, **whose, **days, ids=ids, joined_at=self.now())
        await self.run(GIVE_UP_DRAFT, **whose, **days)
        await self.mark([ActivitySlot(wish.activity_id, *when) for when in wish.whens])
        return ids

    async def whose_waiting(self, family_id: UUID, waiting_id: UUID) -> UUID | None:
        """See the port."""
        statement = "select member_id from waiting where family_id = :family_id and waiting_id = :waiting_id"
        rows = await self.run(statement, family_id=family_id, waiting_id=waiting_id)
        return rows[0].member_id if rows else None

    async def remove_waiting(self, waiting_id: UUID) -> bool:
        """See the port."""
        statement = "delete from waiting where waiting_id = :waiting_id returning 1"
        return bool(await self.run(statement, waiting_id=waiting_id))

    async def queues(self, slots: Collection[ActivitySlot]) -> Sequence[Waiting]:
        """See the port."""
        return [_waiting(row) for row in await self.run(_QUEUES, **slot_arrays(slots))]

    async def slots_waited_for(
        self, from_day: date, *, activity_id: UUID | None = None, member_id: UUID | None = None
    ) -> Collection[ActivitySlot]:
        """See the port."""
        rows = await self.run(_WAITED_FOR, from_day=from_day, activity_id=activity_id, member_id=member_id)
        return {ActivitySlot(row.activity_id, row.day, row.slot) for row in rows}

    async def set_points(self, points: Mapping[UUID, int]) -> None:
        """See the port."""
        await self.run(_SET_POINTS, ids=list(points), points=list(points.values()))

    async def mark(self, slots: Collection[ActivitySlot]) -> None:
        """See the port."""
        await self.run(_MARK, **slot_arrays(slots))
        self.transaction.wake(GIVE_PLACES)

    async def set_rules(self, activity_id: UUID, rules: WaitingRules) -> bool:
        """See the port."""
        statement = f"{_SET_RULES} returning 1"
        return bool(await self.run(statement, activity_id=activity_id, rules=json.dumps(waiting_document(rules))))

    async def give_points(self, member_id: UUID, points: int, reason: str) -> bool:
        """See the port."""
        if points:
            return bool(
                await self.run(f"{_GIVE_POINTS} returning 1", member_id=member_id, points=points, reason=reason)
            )
        await self.run("delete from member_points where member_id = :member_id", member_id=member_id)
        return bool(await self.run("select 1 from member where member_id = :member_id", member_id=member_id))

    async def run(self, statement: str, **values: object) -> Sequence[Row[Any]]:
        """A statement's rows; ``tenant_id`` is given to those that name it."""
        if ":tenant_id" in statement:
            values["tenant_id"] = self.tenant_id
        result = await self.transaction.connection.execute(text(statement), values)
        return result.all() if result.returns_rows else []


def slot_arrays(slots: Collection[ActivitySlot]) -> dict[str, list[object]]:
    """Slots as the parameters ``activities``, ``days``, ``slots``."""
    columns: list[list[object]] = [list(column) for column in zip(*slots, strict=True)] if slots else [[], [], []]
    return dict(zip(("activities", "days", "slots"), columns, strict=True))


def _waiting(row: Row[Any]) -> Waiting:
    return Waiting(
        waiting_id=row.waiting_id,
        family_id=row.family_id,
        member=Member(row.member_id, MemberKind(row.kind), row.first_name, row.birth_date, row.school),
        activity_id=row.activity_id,
        when=DaySlot(row.day, row.slot),
        joined_at=row.joined_at,
        standing=Standing(row.sibling_booked, row.has_other_day, row.given_points, row.given_reason),
    )
