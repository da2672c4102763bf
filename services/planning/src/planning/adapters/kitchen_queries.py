"""Counts for the kitchen, in one statement whatever the number of days and children."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from chassis.database import Transaction
from contracts.values import Diet
from planning.adapters.reservation_queries import SLOT_NAME
from planning.domain.kitchen import Portions

# Who is announced absent does not eat.
_PORTIONS = f"""
    select r.day, r.activity_id, a.name as activity_name, r.slot, {SLOT_NAME.format(row="r")} as slot_name,
           coalesce(m.school, '') as school, m.diet,
           count(*) filter (where age.years < 6)::int as under_6,
           count(*) filter (where age.years between 6 and 11)::int as from_6_to_11,
           count(*) filter (where age.years > 11)::int as from_12,
           count(*) filter (where age.years is null)::int as unknown_age
    from reservation r
    join activity a using (tenant_id, activity_id)
    join member m using (tenant_id, member_id)
    cross join lateral (select extract(year from age(r.day, m.birth_date)) as years) as age
    where r.status = 'booked' and r.attendance is null and r.day >= :from_day and r.day < :to_day
      and (cast(:activity_id as uuid) is null or r.activity_id = :activity_id)
    group by r.day, r.activity_id, a.name, r.slot, slot_name, coalesce(m.school, ''), m.diet
    order by r.day, a.name, r.activity_id, r.slot, school, m.diet <> 'standard', m.diet desc
"""  # noqa: S608 - ours


async def portions(transaction: Transaction, period: tuple[date, date], activity_id: UUID | None) -> Sequence[Portions]:
    """By day, activity, slot, school and diet, over a half-open period."""
    values = {"from_day": period[0], "to_day": period[1], "activity_id": activity_id}
    return [_portions(row) for row in await transaction.connection.execute(text(_PORTIONS), values)]


def _portions(row: Row[Any]) -> Portions:
    facts = row._asdict()
    return Portions(**{**facts, "diet": Diet(facts["diet"])})
