"""Lists of reservations, for families and for the town hall."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from chassis.database import Transaction

SLOT_NAME = "(select s->>'name' from jsonb_array_elements(a.slots) s where s->>'code' = {row}.slot)"


def element_name(row: str) -> str:
    """What one booked slot is called, of a row with ``slot`` and ``activity a``, in SQL: as ``Activity.element_of``."""
    return f"a.element_name || coalesce(' – ' || {SLOT_NAME.format(row=row)}, '')"


ELEMENT_NAME = element_name("r")

_LISTED = f"""
    select r.reservation_id, r.family_id, r.member_id, r.activity_id, r.day, r.slot, r.status,
           r.status = 'booked' as booked, r.attendance, r.unit_price_cents, r.tariff_label, r.booked_at,
           r.cancelled_at, m.kind, m.first_name, m.last_name, m.birth_date, m.school, f.name as family_name,
           a.name as activity_name, {ELEMENT_NAME} as element_name
    from reservation r
    join member m using (tenant_id, member_id)
    join activity a using (tenant_id, activity_id)
    left join family f on (f.tenant_id, f.family_id) = (r.tenant_id, r.family_id)
"""  # noqa: S608 - ours
_PERIOD = "r.day >= :from_day and r.day < :to_day and r.status <> 'offered'"
"""A place that is only offered is no reservation yet."""
_OF_FAMILY = f"{_LISTED} where r.family_id = :family_id and {_PERIOD} order by r.day, r.reservation_id"
_OF_DAY = f"""
    {_LISTED} where r.day = :day and r.activity_id = :activity_id and r.status = 'booked'
      and (cast(:slot as text) is null or r.slot = :slot)
    order by m.last_name, m.first_name, r.member_id
"""
_OF_COMMUNE = f"""
    {_LISTED}
    where {_PERIOD} and (cast(:family_id as uuid) is null or r.family_id = :family_id)
      and (cast(:cursor as uuid) is null
           or (r.day, r.reservation_id) > (select day, reservation_id from reservation where reservation_id = :cursor))
    order by r.day, r.reservation_id
    limit :limit
"""  # noqa: S608 - ours
_COUNTS = f"""
    with not_coming as (
        select activity_id, day, slot, count(*) filter (where status = 'offered')::int as offered,
               count(*) filter (where status = 'booked')::int as absent
        from reservation
        where day >= :from_day and day < :to_day and (status = 'offered' or attendance is not null)
        group by activity_id, day, slot
    )
    select p.day, p.slot, {SLOT_NAME.format(row="p")} as slot_name, p.activity_id, a.name as activity_name, p.capacity,
           p.booked - coalesce(n.offered, 0) as booked,
           p.booked - coalesce(n.offered, 0) - coalesce(n.absent, 0) as expected
    from place_count p
    join activity a using (tenant_id, activity_id)
    left join not_coming n using (activity_id, day, slot)
    where p.counter = '' and p.day >= :from_day and p.day < :to_day
    order by p.day, a.name, p.slot
"""  # noqa: S608 - ours


async def reservations_of_family(
    transaction: Transaction, family_id: UUID, from_day: date, to_day: date
) -> Sequence[Row[Any]]:
    """What a family booked and cancelled over a half-open period."""
    return await _rows(transaction, _OF_FAMILY, family_id=family_id, from_day=from_day, to_day=to_day)


async def reservations_of_day(
    transaction: Transaction, day: date, activity_id: UUID, slot: str | None
) -> Sequence[Row[Any]]:
    """Who booked a slot, or any, by last name; who is announced absent too."""
    return await _rows(transaction, _OF_DAY, day=day, activity_id=activity_id, slot=slot)


async def reservations_of_commune(
    transaction: Transaction, period: tuple[date, date], *, family_id: UUID | None, cursor: UUID | None, limit: int
) -> Sequence[Row[Any]]:
    """Reservations by day, those after the one that ``cursor`` names."""
    values = {"from_day": period[0], "to_day": period[1], "family_id": family_id, "cursor": cursor, "limit": limit}
    return await _rows(transaction, _OF_COMMUNE, **values)


async def day_counts(transaction: Transaction, from_day: date, to_day: date) -> Sequence[Row[Any]]:
    """How many booked by day, activity and slot, and how many of them are expected."""
    return await _rows(transaction, _COUNTS, from_day=from_day, to_day=to_day)


async def _rows(transaction: Transaction, statement: str, **values: object) -> Sequence[Row[Any]]:
    return (await transaction.connection.execute(text(statement), values)).all()
