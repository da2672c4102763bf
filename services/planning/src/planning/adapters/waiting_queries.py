"""Lists of who waits and of places offered, for families and for the town hall."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from chassis.database import Transaction
from planning.adapters.reservation_queries import SLOT_NAME, element_name

RANK = """
    1 + (select count(*) from waiting o
         where (o.activity_id, o.day, o.slot) = (w.activity_id, w.day, w.slot)
           and (-o.points, o.joined_at, o.waiting_id) < (-w.points, w.joined_at, w.waiting_id))
"""
"""The rank of a row ``waiting w``, 1 being next, in SQL: as ``domain.waiting.in_order``."""
_OWN_WAITING = f"""
    select w.waiting_id, w.member_id, m.first_name, w.activity_id, a.name as activity_name,
           {element_name("w")} as element_name, w.day, w.slot, w.joined_at,
           {RANK} as rank
    from waiting w
    join member m using (tenant_id, member_id)
    join activity a using (tenant_id, activity_id)
    where w.family_id = :family_id and w.day >= :today
    order by w.day, m.first_name, a.name, w.slot
"""  # noqa: S608 - ours
_OFFERED = f"""
    select o.offer_id, o.member_id, m.first_name, m.last_name, o.family_id, f.name as family_name,
           o.activity_id, a.name as activity_name, {element_name("o")} as element_name, o.day, o.slot, o.status,
           o.offered_at, o.expires_at, o.ended_at, o.reason, r.unit_price_cents
    from place_offer o
    join member m using (tenant_id, member_id)
    join activity a using (tenant_id, activity_id)
    left join family f on (f.tenant_id, f.family_id) = (o.tenant_id, o.family_id)
    left join reservation r on (r.tenant_id, r.reservation_id) = (o.tenant_id, o.reservation_id)
"""  # noqa: S608 - ours
_OWN_OFFERS = f"""
    {_OFFERED} where o.family_id = :family_id and (o.status = 'offered' or o.day >= :today)
    order by o.status <> 'offered', o.expires_at, o.ended_at desc, o.offer_id
    limit 100
"""
_OFFERS_OF_SLOT = f"""
    {_OFFERED} where (o.activity_id, o.day, o.slot) = (:activity_id, :day, :slot)
    order by o.offered_at desc, o.offer_id
    limit 100
"""
_SLOTS = f"""
    with counted as (
        select activity_id, day, slot, count(*) as waiting, 0 as offered
        from waiting where day >= :from_day and day < :to_day group by 1, 2, 3
        union all
        select activity_id, day, slot, 0, count(*)
        from place_offer where status = 'offered' and day >= :from_day and day < :to_day group by 1, 2, 3
    )
    select c.day, c.slot, {SLOT_NAME.format(row="c")} as slot_name, c.activity_id, a.name as activity_name,
           sum(c.waiting)::int as waiting, sum(c.offered)::int as offered
    from counted c join activity a using (activity_id)
    where cast(:activity_id as uuid) is null or c.activity_id = :activity_id
    group by c.day, c.slot, c.activity_id, a.name, a.slots
    order by c.day, a.name, c.slot
"""  # noqa: S608 - ours
_NAMES = """
    select w.waiting_id, m.last_name, f.name as family_name
    from waiting w
    join member m using (tenant_id, member_id)
    left join family f on (f.tenant_id, f.family_id) = (w.tenant_id, w.family_id)
    where w.waiting_id = any(:ids)
"""
_COUNT = """
    select (select count(*) from waiting) as waiting,
           (select count(*) from place_offer where status = 'offered') as offered
"""


async def own_waiting(transaction: Transaction, family_id: UUID, today: date) -> Sequence[Row[Any]]:
    """What a family waits for, with its ranks, by day."""
    return await _rows(transaction, _OWN_WAITING, family_id=family_id, today=today)


async def own_offers(transaction: Transaction, family_id: UUID, today: date) -> Sequence[Row[Any]]:
    """Places offered to a family: first those to answer, then what became of the others, of days to come."""
    return await _rows(transaction, _OWN_OFFERS, family_id=family_id, today=today)


async def offers_of_slot(transaction: Transaction, activity_id: UUID, day: date, slot: str) -> Sequence[Row[Any]]:
    """Places of a slot that were given on, the last first."""
    return await _rows(transaction, _OFFERS_OF_SLOT, activity_id=activity_id, day=day, slot=slot)


async def slots_with_waiting(
    transaction: Transaction, period: tuple[date, date], activity_id: UUID | None
) -> Sequence[Row[Any]]:
    """Slots of a half-open period for which someone waits, or has a place to accept."""
    return await _rows(transaction, _SLOTS, from_day=period[0], to_day=period[1], activity_id=activity_id)


async def names_of(transaction: Transaction, waiting_ids: Collection[UUID]) -> dict[UUID, Row[Any]]:
    """Last names and families of those who wait."""
    rows = await _rows(transaction, _NAMES, ids=list(waiting_ids))
    return {row.waiting_id: row for row in rows}


async def points_of(transaction: Transaction, member_id: UUID) -> Row[Any] | None:
    """The town hall's points of a member; nulls when it has none, None for an unknown member."""
    statement = """
        select m.member_id, m.first_name, coalesce(p.points, 0) as points, p.reason
        from member m left join member_points p using (tenant_id, member_id) where m.member_id = :member_id
    """
    rows = await _rows(transaction, statement, member_id=member_id)
    return rows[0] if rows else None


async def count_waiting(transaction: Transaction) -> Row[Any]:
    """How many wait, and how many places are to be accepted."""
    return (await _rows(transaction, _COUNT))[0]


async def _rows(transaction: Transaction, statement: str, **values: object) -> Sequence[Row[Any]]:
    return (await transaction.connection.execute(text(statement), values)).all()
