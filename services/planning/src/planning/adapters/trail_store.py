"""The trail in SQL: written in the transaction of the change itself, never changed afterwards."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from chassis.database import Transaction
from chassis.ids import new_id
from planning.adapters.reservation_queries import element_name
from planning.domain.trail import Trace

_WRITE = """
    insert into trail (tenant_id, entry_id, happened_at, family_id, actor, account_id, guardian_id, action, member_id,
                       activity_id, slot, days, reason)
    select :tenant_id, e.entry_id, :happened_at, e.family_id, e.actor, e.account_id, e.guardian_id, e.action,
           e.member_id, e.activity_id, e.slot, array_agg(d.day order by d.day), e.reason
    from unnest(cast(:entry_ids as uuid[]), cast(:families as uuid[]), cast(:actors as text[]),
                cast(:accounts as uuid[]), cast(:guardians as uuid[]), cast(:actions as text[]),
                cast(:members as uuid[]), cast(:activities as uuid[]), cast(:slots as text[]),
                cast(:reasons as text[]))
        as e (entry_id, family_id, actor, account_id, guardian_id, action, member_id, activity_id, slot, reason)
    join unnest(cast(:day_entries as uuid[]), cast(:days as date[])) as d (entry_id, day) using (entry_id)
    group by e.entry_id, e.family_id, e.actor, e.account_id, e.guardian_id, e.action, e.member_id, e.activity_id,
             e.slot, e.reason
"""
_READ = f"""
    select t.entry_id, t.happened_at, t.actor, g.first_name as actor_first_name, g.last_name as actor_last_name,
           t.action, t.member_id, m.first_name, t.activity_id, a.name as activity_name,
           {element_name("t")} as element_name, t.slot, t.days,
           t.reason
    from trail t
    join member m using (tenant_id, member_id)
    join activity a using (tenant_id, activity_id)
    left join guardian g on (g.tenant_id, g.family_id, g.guardian_id) = (t.tenant_id, t.family_id, t.guardian_id)
    where t.family_id = :family_id
      and (cast(:cursor as uuid) is null
           or (t.happened_at, t.entry_id) < (select happened_at, entry_id from trail
                                             where entry_id = :cursor and family_id = :family_id))
    order by t.happened_at desc, t.entry_id desc
    limit :limit
"""  # noqa: S608 - ours


async def write_trail(transaction: Transaction, traces: Sequence[Trace]) -> None:
    """Adds what was done to the trail: one statement for any number of families, members, activities and days."""
    entries = [(new_id(), trace, *entry) for trace in traces for entry in trace.entries()]
    if not entries:
        return
    values = {
        "tenant_id": transaction.tenant_id,
        "happened_at": transaction.now(),
        "entry_ids": [entry_id for entry_id, *_ in entries],
        "families": [trace.family_id for _, trace, *_ in entries],
        "actors": [trace.actor.kind for _, trace, *_ in entries],
        "accounts": [trace.actor.account_id for _, trace, *_ in entries],
        "guardians": [trace.actor.guardian_id for _, trace, *_ in entries],
        "actions": [trace.action for _, trace, *_ in entries],
        "members": [member_id for _, _, member_id, *_ in entries],
        "activities": [activity_id for _, _, _, activity_id, *_ in entries],
        "slots": [slot for *_, slot, _ in entries],
        "reasons": [trace.reason for _, trace, *_ in entries],
        "day_entries": [entry_id for entry_id, *_, days in entries for _ in days],
        "days": [day for *_, days in entries for day in days],
    }
    await transaction.connection.execute(text(_WRITE), values)


async def read_trail(
    transaction: Transaction, family_id: UUID, *, cursor: UUID | None, limit: int
) -> Sequence[Row[Any]]:
    """A family's trail, the newest first, from after the entry that ``cursor`` names."""
    values = {"family_id": family_id, "cursor": cursor, "limit": limit}
    return (await transaction.connection.execute(text(_READ), values)).all()


async def knows_family(transaction: Transaction, family_id: UUID) -> bool:
    """Whether the commune has such a family."""
    statement = text("select exists (select from family where family_id = :family_id)")
    return bool(await transaction.connection.scalar(statement, {"family_id": family_id}))
