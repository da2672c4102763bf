"""Writes what a «modification avancée» changes in a draft."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from chassis.ids import new_id
from planning.adapters.draft_store import SqlDraftStore
from planning.domain.advanced import Fate, Proposal

_APPLY = """
    with given_up as (
        delete from draft_line
        where family_id = :family_id
          and (member_id, activity_id, day, slot) in (
              select * from unnest(cast(:dropped_members as uuid[]), cast(:dropped_activities as uuid[]),
                                   cast(:dropped_days as date[]), cast(:dropped_slots as text[])))
    )
    insert into draft_line (tenant_id, family_id, line_id, member_id, activity_id, day, slot, action, saved_at)
    select :tenant_id, :family_id, line_id, member_id, activity_id, day, slot, action, :saved_at
    from unnest(cast(:line_ids as uuid[]), cast(:members as uuid[]), cast(:activities as uuid[]),
                cast(:days as date[]), cast(:slots as text[]), cast(:actions as text[]))
        as w (line_id, member_id, activity_id, day, slot, action)
"""


class SqlAdvancedDraftStore(SqlDraftStore):
    """The draft, changed for several members and activities at once."""

    async def apply_proposals(self, family_id: UUID, proposals: Sequence[Proposal]) -> None:
        """Adds the lines drafted and deletes those given up: one statement, whatever their number."""
        drafted = [(what, each.action) for each in proposals for what in each.with_fate(Fate.DRAFTED)]
        dropped = [what for each in proposals for what in each.with_fate(Fate.GIVEN_UP)]
        values = {
            "tenant_id": self.transaction.tenant_id,
            "family_id": family_id,
            "dropped_members": [what.member_id for what in dropped],
            "dropped_activities": [what.activity_id for what in dropped],
            "dropped_days": [what.day for what in dropped],
            "dropped_slots": [what.slot for what in dropped],
            "line_ids": [new_id() for _ in drafted],
            "members": [what.member_id for what, _ in drafted],
            "activities": [what.activity_id for what, _ in drafted],
            "days": [what.day for what, _ in drafted],
            "slots": [what.slot for what, _ in drafted],
            "actions": [action for _, action in drafted],
            "saved_at": self.now(),
        }
        await self.transaction.connection.execute(text(_APPLY), values)
