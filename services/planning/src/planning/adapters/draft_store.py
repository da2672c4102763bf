"""Writes drafts and commits them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text

from chassis.ids import new_id
from contracts.event import Event
from planning.adapters.outlook_store import SqlOutlookStore
from planning.adapters.trail_store import write_trail
from planning.application.ports import Basket
from planning.domain.drafts import Wish
from planning.domain.rules import Action
from planning.domain.slots import DaySlot
from planning.domain.trail import Trace

CALENDARS_LOCK = "hashtextextended('calendars ' || current_setting('app.tenant_id'), 0)"
"""Shared by drafts and commits, exclusive for a change of calendar, so that capacity and rules stand still."""

_LOCK_DRAFT = f"""
    select pg_advisory_xact_lock(hashtextextended('draft ' || :family_id, 0)),
           pg_advisory_xact_lock_shared({CALENDARS_LOCK})
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

_COMMIT = """
    select refused_id, refused_slug from commit_basket(
        cast(:basket as uuid), cast(:family as uuid), cast(:committed_at as timestamptz), cast(:members as uuid[]),
        cast(:booked_ids as uuid[]), cast(:booked_members as uuid[]), cast(:booked_activities as uuid[]),
        cast(:booked_regies as uuid[]), cast(:booked_days as date[]), cast(:booked_slots as text[]),
        cast(:booked_prices as int[]), cast(:booked_labels as text[]), cast(:cancelled_ids as uuid[]))
"""

_EXCLUDED = """
    select distinct w.new_id as reservation_id
    from unnest(cast(:ids as uuid[]), cast(:members as uuid[]), cast(:activities as uuid[]), cast(:days as date[]),
                cast(:slots as text[])) as w (new_id, member_id, activity_id, day, slot)
    join reservation r using (member_id, activity_id, day, slot)
    where r.status = 'booked'
"""


class SqlDraftStore(SqlOutlookStore):
    """The writing side, in one transaction."""

    async def lock_draft(self, family_id: UUID) -> None:
        """One change or commit of a family's draft at a time; calendars stand still meanwhile."""
        await self.transaction.connection.execute(text(_LOCK_DRAFT), {"family_id": str(family_id)})

    async def replace_lines(self, family_id: UUID, wish: Wish, lines: Mapping[DaySlot, Action]) -> None:
        """Makes these the draft lines of the wish's member, activity and period; a line kept keeps its id."""
        values = {
            "tenant_id": self.transaction.tenant_id,
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

    async def commit_basket(self, basket: Basket) -> Mapping[UUID, str]:
        """Calls the database's function ``commit_basket``: one round trip for any number of days."""
        values = {
            "basket": basket.basket_id,
            "family": basket.family_id,
            "committed_at": basket.committed_at,
            "members": list(basket.members),
            "booked_ids": [new.reservation_id for new in basket.booked],
            "booked_members": [new.member_id for new in basket.booked],
            "booked_activities": [new.activity_id for new in basket.booked],
            "booked_regies": [new.regie_id for new in basket.booked],
            "booked_days": [new.day for new in basket.booked],
            "booked_slots": [new.slot for new in basket.booked],
            "booked_prices": [new.unit_price_cents for new in basket.booked],
            "booked_labels": [new.tariff_label for new in basket.booked],
            "cancelled_ids": list(basket.cancelled),
        }
        rows = await self.transaction.connection.execute(text(_COMMIT), values)
        refused: dict[UUID, str] = {row.refused_id: row.refused_slug for row in rows}
        return await self._excluded(basket) | refused

    async def _excluded(self, basket: Basket) -> dict[UUID, str]:
        """Reservations beside which the member has a slot that does not go with them: the other home was faster.

        Asked once the members are locked and the reservations made; only for activities with slots.
        """
        pairs = [(new, slot) for new in basket.booked for slot in new.excluded_slots]
        if not pairs:
            return {}
        values = {
            "ids": [new.reservation_id for new, _ in pairs],
            "members": [new.member_id for new, _ in pairs],
            "activities": [new.activity_id for new, _ in pairs],
            "days": [new.day for new, _ in pairs],
            "slots": [slot for _, slot in pairs],
        }
        rows = await self.transaction.connection.execute(text(_EXCLUDED), values)
        return {row.reservation_id: "slot-excluded" for row in rows}

    async def record(self, traces: Sequence[Trace]) -> None:
        """Adds to the trail with this transaction."""
        await write_trail(self.transaction, traces)

    async def publish(self, event: Event, *, sequence: int) -> None:
        """Publishes an event with this transaction."""
        await self.transaction.publish(event, sequence=sequence)
