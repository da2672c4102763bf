"""Presence in SQL: marks are added once each, however often they are sent; the latest of a member holds."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from chassis.database import Transaction
from planning.application.mark_presence import Mark, Sheet

_ADD = """
    insert into presence_mark (tenant_id, mark_id, member_id, activity_id, day, slot, present, left_at, late_minutes,
                               marked_at, received_at, account_id)
    select :tenant_id, mark_id, member_id, :activity_id, :day, :slot, present, left_at, late_minutes,
           least(marked_at, cast(:now as timestamptz)), cast(:now as timestamptz), :account_id
    from unnest(cast(:ids as uuid[]), cast(:members as uuid[]), cast(:presents as boolean[]),
                cast(:departures as time[]), cast(:late as int[]), cast(:moments as timestamptz[]))
        as m (mark_id, member_id, present, left_at, late_minutes, marked_at)
    on conflict do nothing
"""
_UNKNOWN = """
    select 1 from unnest(cast(:members as uuid[])) as w (member_id)
    where not exists (select from member m where m.member_id = w.member_id)
"""
_ENDS = """
    select (s ->> 'until_time')::time as ends from activity a, jsonb_array_elements(a.slots) as s
    where a.activity_id = :activity_id and s ->> 'code' = :slot
"""
_MARKED = """
    marked as (
        select distinct on (member_id) member_id, present, left_at, late_minutes, marked_at
        from presence_mark where activity_id = :activity_id and day = :day and slot = :slot
        order by member_id, marked_at desc, mark_id desc
    ),
    booked as (
        select member_id, family_id, attendance from reservation
        where activity_id = :activity_id and day = :day and slot = :slot and status = 'booked'
    )
"""
_SHEET = f"""
    with {_MARKED}
    select member_id, m.kind, m.first_name, m.last_name, m.birth_date, coalesce(m.school, '') as school,
           f.name as family_name, b.member_id is not null as booked, b.attendance, k.present, k.left_at,
           k.late_minutes, k.marked_at
    from booked b full join marked k using (member_id)
    join member m using (member_id)
    left join family f on f.family_id = b.family_id
    where b.member_id is not null or k.present
    order by b.member_id is null, m.last_name, m.first_name, member_id
"""  # noqa: S608 - ours
_OTHERS = f"""
    with {_MARKED}
    select distinct m.member_id, m.kind, m.first_name, m.last_name, m.birth_date, coalesce(m.school, '') as school,
           null as family_name, false as booked, null as attendance, null as present, null as left_at,
           null as late_minutes, null as marked_at
    from entitlement e join member m using (tenant_id, member_id)
    where e.activity_id = :activity_id and e.valid_from <= :day and :day < e.valid_until
      and m.member_id not in (select member_id from booked)
      and m.member_id not in (select member_id from marked where present)
    order by m.last_name, m.first_name, m.member_id
"""  # noqa: S608 - ours


class SqlPresenceStore:
    """``PresenceStore`` on a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def real_now(self) -> datetime:
        """See the port."""
        return self._transaction.clock.real_now()

    async def knows_all(self, member_ids: Sequence[UUID]) -> bool:
        """See the port."""
        return not await self._rows(_UNKNOWN, members=list(member_ids))

    async def ends(self, sheet: Sheet) -> time | None:
        """See the port."""
        rows = await self._rows(_ENDS, activity_id=sheet.activity_id, slot=sheet.slot)
        return rows[0].ends if rows else None

    async def add(self, sheet: Sheet, marks: Sequence[tuple[Mark, int | None]], account_id: UUID) -> None:
        """See the port."""
        values = {
            "tenant_id": self._transaction.tenant_id,
            **sheet._asdict(),
            "now": self.real_now(),
            "account_id": account_id,
            "ids": [mark.mark_id for mark, _ in marks],
            "members": [mark.member_id for mark, _ in marks],
            "presents": [mark.present for mark, _ in marks],
            "departures": [mark.left_at for mark, _ in marks],
            "late": [late for _, late in marks],
            "moments": [mark.marked_at for mark, _ in marks],
        }
        await self._transaction.connection.execute(text(_ADD), values)

    async def expected(self, sheet: Sheet) -> Sequence[Row[Any]]:
        """Who booked, then who is there without, each with the latest mark."""
        return await self._rows(_SHEET, **sheet._asdict())

    async def others(self, sheet: Sheet) -> Sequence[Row[Any]]:
        """Who has the activity that day, did not book and is not marked present; rows as those of ``expected``."""
        return await self._rows(_OTHERS, **sheet._asdict())

    async def _rows(self, statement: str, **values: object) -> Sequence[Row[Any]]:
        return (await self._transaction.connection.execute(text(statement), values)).all()
