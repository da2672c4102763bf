"""Counts for the kitchen, in one statement whatever the number of days and children."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text

from chassis.database import Transaction
from planning.adapters.reservation_queries import SLOT_NAME
from planning.domain.kitchen import Portions

# Who is announced absent does not eat.
_PORTIONS = f"""
    select r.day, r.activity_id, a.name as activity_name, r.slot, {SLOT_NAME.format(row="r")} as slot_name,
           coalesce(m.school, '') as school,
           count(*) filter (where age.years < 6)::int as under_6,
           count(*) filter (where age.years between 6 and 11)::int as from_6_to_11,
           count(*) filter (where age.years > 11)::int as from_12
    from reservation r
    join activity a using (tenant_id, activity_id)
    join member m using (tenant_id, member_id)
    cross join lateral (select coalesce(extract(year from age(r.day, m.birth_date)), 99) as years) as age
    where r.status = 'booked' and r.attendance is null and r.day >= :from_day and r.day < :to_day
      and (cast(:activity_id as uuid) is null or r.activity_id = :activity_id)
    group by r.day, r.activity_id, a.name, r.slot, slot_name, coalesce(m.school, '')
    order by r.day, a.name, r.activity_id, r.slot, school
"""  # noqa: S608 - ours


async def portions(transaction: Transaction, period: tuple[date, date], activity_id: UUID | None) -> Sequence[Portions]:
    """By day, activity, slot and school, over a half-open period."""
    values = {"from_day": period[0], "to_day": period[1], "activity_id": activity_id}
    return [Portions(*row) for row in await transaction.connection.execute(text(_PORTIONS), values)]
