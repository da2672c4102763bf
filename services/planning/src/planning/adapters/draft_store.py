"""Writes drafts."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text

from chassis.database import PLAN_ONCE
from chassis.ids import new_id
from planning.adapters.writing_store import CALENDARS_LOCK, SqlWritingStore
from planning.domain.drafts import Wish
from planning.domain.rules import Action
from planning.domain.slots import DaySlot

_LOCK_DRAFT = f"""
    select pg_advisory_xact_lock(hashtextextended('draft ' || :family_id, 0)),
           pg_advisory_xact_lock_shared({CALENDARS_LOCK}), {PLAN_ONCE}
"""

_REPLACE_LINES = """
    with wanted as (
        select * from unnest(cast(:line_ids as uuid[]), cast(:days as date[]), cast(:slots as text[]),
                             cast(:actions as text[]))
            as w (line_id, day, slot, action)
    ), given_up as (
        delete from draft_line
        where family_id = :family_id and member_id = :member_id and activity_id = :activity_id
          and day >= :from_day and day < :to_day and (day, slot) not in (select day, slot from wanted)
    )
    insert into draft_line (tenant_id, family_id, line_id, member_id, activity_id, day, slot, action, saved_at)
    select :tenant_id, :family_id, line_id, :member_id, :activity_id, day, slot, action, :saved_at from wanted
    on conflict (tenant_id, family_id, member_id, activity_id, day, slot)
    do update set action = excluded.action, saved_at = excluded.saved_at
"""


class SqlDraftStore(SqlWritingStore):
    """The draft, in one transaction."""

    async def lock_draft(self, family_id: UUID) -> None:
        """One change or commit of a family's draft at a time; calendars stand still meanwhile."""
        await self.transaction.connection.execute(text(_LOCK_DRAFT), {"family_id": str(family_id)})

    async def replace_lines(self, family_id: UUID, wish: Wish, lines: Mapping[DaySlot, Action]) -> None:
        """Makes these the draft lines of the wish's member, activity and period; a line kept keeps its id."""
        values = {
            "tenant_id": self.tenant_id,
            "family_id": family_id,
            "member_id": wish.member_id,
            "activity_id": wish.activity_id,
            "from_day": wish.period[0],
            "to_day": wish.period[1],
            "line_ids": [new_id() for _ in lines],
            "days": [when.day for when in lines],
            "slots": [when.slot for when in lines],
            "actions": list(lines.values()),
            "saved_at": self.now(),
        }
        await self.transaction.connection.execute(text(_REPLACE_LINES), values)

    async def delete_lines(self, family_id: UUID, line_ids: Sequence[UUID]) -> int:
        """Deletes lines of the family's draft; returns how many there were."""
        statement = text("delete from draft_line where family_id = :family_id and line_id = any(:line_ids)")
        values = {"family_id": family_id, "line_ids": list(line_ids)}
        return (await self.transaction.connection.execute(statement, values)).rowcount

    async def delete_draft(self, family_id: UUID) -> None:
        """Empties the family's draft."""
        statement = text("delete from draft_line where family_id = :family_id")
        await self.transaction.connection.execute(statement, {"family_id": family_id})
