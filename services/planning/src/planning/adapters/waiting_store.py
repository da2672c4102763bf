"""Waiting lists in SQL, in one transaction."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from chassis.database import Transaction
from chassis.ids import new_id
from contracts.values import MemberKind
from planning.adapters.documents import waiting_document
from planning.adapters.writing_store import SqlWritingStore
from planning.domain.members import Member
from planning.domain.slots import ActivitySlot, DaySlot, MemberSlot
from planning.domain.waiting import Waiting, WaitingWish
from planning.domain.waiting_rules import Standing, WaitingRules

GIVE_PLACES = "give-places"
"""The job that gives freed places to those who wait."""

_ADD = """
    insert into waiting (tenant_id, waiting_id, family_id, member_id, activity_id, day, slot, joined_at)
    select :tenant_id, waiting_id, :family_id, :member_id, :activity_id, day, slot, :joined_at
    from unnest(cast(:ids as uuid[]), cast(:days as date[]), cast(:slots as text[])) as w (waiting_id, day, slot)
"""
_GIVE_UP_DRAFTS = """
    delete from draft_line d
    using unnest(cast(:families as uuid[]), cast(:members as uuid[]), cast(:activities as uuid[]),
                 cast(:days as date[]), cast(:slots as text[])) as g (family_id, member_id, activity_id, day, slot)
    where (d.family_id, d.member_id, d.activity_id, d.day, d.slot, d.action)
        = (g.family_id, g.member_id, g.activity_id, g.day, g.slot, 'book')
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
_MARK_WAITED_FOR = text("""
    insert into freed_slot (tenant_id, activity_id, day, slot)
    select distinct tenant_id, activity_id, day, slot from waiting
    where (cast(:activity_id as uuid) is null or activity_id = :activity_id)
      and (cast(:member_id as uuid) is null or member_id = :member_id)
      and (cast(:family_ids as uuid[]) is null or family_id = any(:family_ids))
""")


async def mark_waited_for(
    transaction: Transaction,
    *,
    activity_id: UUID | None = None,
    member_id: UUID | None = None,
    family_ids: Sequence[UUID] | None = None,
) -> None:
    """Has the slots looked at for which someone waits, of all or of an activity, a member or families: what decides has
    changed.
    """
    values = {"activity_id": activity_id, "member_id": member_id, "family_ids": family_ids}
    marked = await transaction.connection.execute(_MARK_WAITED_FOR, values)
    if marked.rowcount:
        transaction.wake(GIVE_PLACES)


class SqlWaitingStore(SqlWritingStore):
    """Implements ``WaitingStore``."""

    async def add_waiting(self, family_id: UUID, wish: WaitingWish) -> Sequence[UUID]:
        """See the port. A place may have been freed since the day was seen full: the slots are marked."""
        ids = [new_id() for _ in wish.whens]
        await self.run(
            _ADD,
            family_id=family_id,
            member_id=wish.member_id,
            activity_id=wish.activity_id,
            days=[when.day for when in wish.whens],
            slots=[when.slot for when in wish.whens],
            ids=ids,
            joined_at=self.now(),
        )
        await self.give_up_drafts(
            (family_id, MemberSlot(wish.member_id, wish.activity_id, *when)) for when in wish.whens
        )
        await self.mark([ActivitySlot(wish.activity_id, *when) for when in wish.whens])
        return ids

    async def give_up_drafts(self, booked: Iterable[tuple[UUID, MemberSlot]]) -> None:
        """Takes out of families' drafts what they wanted to book and wait for, or have, now."""
        rows = [(family_id, *what) for family_id, what in booked]
        names = ("families", "members", "activities", "days", "slots")
        await self.run(_GIVE_UP_DRAFTS, **{name: [row[place] for row in rows] for place, name in enumerate(names)})

    async def whose_waiting(self, family_id: UUID, waiting_id: UUID) -> UUID | None:
        """See the port."""
        statement = "select member_id from waiting where family_id = :family_id and waiting_id = :waiting_id"
        rows = await self.run(statement, family_id=family_id, waiting_id=waiting_id)
        return rows[0].member_id if rows else None

    async def remove_waiting(self, waiting_id: UUID) -> MemberSlot | None:
        """See the port."""
        statement = "delete from waiting where waiting_id = :waiting_id returning member_id, activity_id, day, slot"
        for row in await self.run(statement, waiting_id=waiting_id):
            return MemberSlot(row.member_id, row.activity_id, row.day, row.slot)
        return None

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
