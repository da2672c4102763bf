"""Reads of families and adhesions; the number of statements never depends on how much there is to read."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.adapters.catalogue import to_unit_tariff
from enrolment.adapters.families import to_family
from enrolment.adapters.views import (
    AddressView,
    AdhesionView,
    FamilyItem,
    FamilyView,
    GuardianView,
    MemberView,
    StaffAdhesionView,
)
from enrolment.domain.family import version_of
from enrolment.domain.pricing import unit_price

_ADHESIONS = """
    select * from (
        select a.adhesion_id, a.member_id, m.first_name, m.last_name, a.family_id, f.name as family_name,
            a.activity_id, c.name as activity_name, c.season, c.category,
            case when a.status = 'active' and a.valid_until <= :today then 'ended' else a.status end as status,
            a.amount_cents, price.unit_price_cents, coalesce(price.tariff_label, c.tariff_label) as tariff_label,
            c.unit_tariff, f.quotient_familial, coalesce(a.valid_from, c.opens_on) as valid_from,
            coalesce(a.valid_until, c.closes_on) as valid_until, a.paid_at, back.money_back
        from adhesion a
        join member m using (tenant_id, member_id)
        join family f using (tenant_id, family_id)
        join activity c using (tenant_id, activity_id)
        left join lateral (
            select p.unit_price_cents, p.tariff_label from adhesion_price p
            where p.tenant_id = a.tenant_id and p.adhesion_id = a.adhesion_id and p.effective_from <= :today
            order by p.effective_from desc limit 1
        ) price on true
        left join lateral (
            select case when bool_and(r.kind = 'refund') then 'refunded' else 'rejected' end as money_back
            from adhesion_order o
            join order_payment paid on paid.tenant_id = o.tenant_id and paid.payment_id = o.payment_id
            join payment_return r on r.tenant_id = paid.tenant_id and r.payment_id = paid.payment_id
            where o.tenant_id = a.tenant_id and o.order_id = a.order_id and a.status = 'active'
            group by paid.amount_cents having sum(r.amount_cents) >= paid.amount_cents
        ) back on true
        where a.status in ('awaiting_payment', 'active')
    ) adhesion
"""

_LIST_ADHESIONS = f"""
    {_ADHESIONS}
    where (cast(:activity_id as uuid) is null or activity_id = :activity_id)
      and (cast(:status as text) is null or status = :status)
      and (cast(:query as text) is null or family_name ilike :query
           or first_name || ' ' || last_name ilike :query)
      and (cast(:cursor as uuid) is null or adhesion_id < :cursor)
    order by adhesion_id desc
    limit :limit
"""


async def read_family(connection: AsyncConnection, family_id: UUID, today: date) -> FamilyView | None:
    """A family with its guardians, members and adhesions: four statements."""
    values = {"family_id": family_id, "today": today}
    family = (await connection.execute(text("select * from family where family_id = :family_id"), values)).one_or_none()
    if family is None:
        return None
    guardians = await connection.execute(
        text(
            "select g.guardian_id, g.first_name, g.last_name, g.email, g.phone, a.user_name as account_user_name"
            " from guardian g left join guardian_account a using (tenant_id, guardian_id)"
            " where g.family_id = :family_id order by g.position"
        ),
        values,
    )
    members = await connection.execute(
        text(
            "select m.* from member_family l join member m using (tenant_id, member_id)"
            " where l.family_id = :family_id order by l.position, m.member_id"
        ),
        values,
    )
    adhesions = await connection.execute(
        text(f"{_ADHESIONS} where family_id = :family_id order by season desc, activity_name, adhesion_id"), values
    )
    return _family_view(family, guardians.all(), members.all(), [_to_adhesion(row) for row in adhesions])


def _family_view(
    family: Row[Any], guardians: Sequence[Row[Any]], members: Sequence[Row[Any]], adhesions: list[AdhesionView]
) -> FamilyView:
    return FamilyView(
        family_id=family.family_id,
        name=family.name,
        address=AddressView(line=family.address_line, postal_code=family.postal_code, city=family.city),
        quotient_familial=family.quotient_familial,
        guardians=[GuardianView.model_validate(row, from_attributes=True) for row in guardians],
        members=[
            MemberView(
                member_id=row.member_id,
                kind=row.kind,
                first_name=row.first_name,
                last_name=row.last_name,
                birth_date=row.birth_date,
                school=row.school,
                diet=row.diet,
                missing=row.missing,
                adhesions=[adhesion for adhesion in adhesions if adhesion.member_id == row.member_id],
            )
            for row in members
        ],
        missing=family.missing,
        version=version_of(to_family(family, guardians, members)),
    )


def _price(row: Row[Any]) -> int:
    """The price fixed for today, or what the tariff gives while none is."""
    if row.unit_price_cents is not None:
        return int(row.unit_price_cents)
    return unit_price(to_unit_tariff(row.unit_tariff), row.quotient_familial)


def _to_adhesion(row: Row[Any]) -> AdhesionView:
    return AdhesionView.model_validate({**row._mapping, "unit_price_cents": _price(row)})


async def list_families(
    connection: AsyncConnection, *, query: str | None, cursor: UUID | None, limit: int
) -> list[FamilyItem]:
    """Families by name; ``query`` is looked for in the names of the family, its guardians and its members."""
    rows = await connection.execute(
        text(
            """
            select f.family_id, f.name, f.city,
                (select count(*) from member_family l where l.tenant_id = f.tenant_id and l.family_id = f.family_id)
                    as member_count,
                array(select g.first_name || ' ' || g.last_name from guardian g
                      where g.tenant_id = f.tenant_id and g.family_id = f.family_id order by g.position) as guardians
            from family f
            where (cast(:query as text) is null
                   or f.name ilike :query
                   or exists (select 1 from guardian g where g.tenant_id = f.tenant_id and g.family_id = f.family_id
                              and g.first_name || ' ' || g.last_name ilike :query)
                   or exists (select 1 from member_family l join member m using (tenant_id, member_id)
                              where l.tenant_id = f.tenant_id and l.family_id = f.family_id
                              and m.first_name || ' ' || m.last_name ilike :query))
              and (cast(:cursor as uuid) is null or (lower(f.name), f.family_id) >
                   (select lower(after.name), after.family_id from family after where after.family_id = :cursor))
            order by lower(f.name), f.family_id
            limit :limit
            """
        ),
        {"query": _containing(query), "cursor": cursor, "limit": limit},
    )
    return [FamilyItem.model_validate(row, from_attributes=True) for row in rows]


async def list_adhesions(
    connection: AsyncConnection,
    today: date,
    *,
    activity_id: UUID | None,
    status: str | None,
    query: str | None,
    cursor: UUID | None,
    limit: int,
) -> list[StaffAdhesionView]:
    """Adhesions of all families, newest first."""
    rows = await connection.execute(
        text(_LIST_ADHESIONS),
        {
            "today": today,
            "activity_id": activity_id,
            "status": status,
            "query": _containing(query),
            "cursor": cursor,
            "limit": limit,
        },
    )
    return [StaffAdhesionView.model_validate({**row._mapping, "unit_price_cents": _price(row)}) for row in rows]


def _containing(words: str | None) -> str | None:
    """A pattern for ``ilike`` that takes the words literally."""
    if not words:
        return None
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
