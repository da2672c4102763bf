"""Reads of orders; two statements whatever the number of orders."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.adapters.views import OrderLineView, OrderView, RegieView, ReturnedView, SurplusView

_MANY = 100

_ORDERS = """
    select o.order_id, o.status, o.payment_id, o.created_at, o.paid_at, c.regie_id, regie.name as regie_name,
        nullif(p.state, 'requested') as payment_status, p.reason as payment_reason
    from adhesion_order o
    join activity c using (tenant_id, activity_id)
    join regie using (tenant_id, regie_id)
    left join order_payment p on p.tenant_id = o.tenant_id and p.payment_id = o.payment_id
    where o.family_id = :family_id
"""


async def read_order(connection: AsyncConnection, family_id: UUID, order_id: UUID) -> OrderView | None:
    """One order of a family."""
    found = await _read(connection, "and o.order_id = :order_id", family_id=family_id, order_id=order_id)
    return found[0] if found else None


async def list_orders(connection: AsyncConnection, family_id: UUID) -> list[OrderView]:
    """The family's latest orders, newest first."""
    return await _read(connection, "order by o.order_id desc limit :many", family_id=family_id, many=_MANY)


async def _read(connection: AsyncConnection, which: str, **values: object) -> list[OrderView]:
    orders = (await connection.execute(text(f"{_ORDERS} {which}"), values)).all()
    rows = await connection.execute(
        text(
            "select a.order_id, a.adhesion_id, a.member_id, m.first_name, a.activity_id, c.name as activity_name,"
            " a.amount_cents"
            " from adhesion a join member m using (tenant_id, member_id) join activity c using (tenant_id, activity_id)"
            " where a.order_id = any(:order_ids) order by a.position"
        ),
        {"order_ids": [order.order_id for order in orders]},
    )
    lines: defaultdict[UUID, list[OrderLineView]] = defaultdict(list)
    for row in rows:
        lines[row.order_id].append(OrderLineView.model_validate(row, from_attributes=True))
    return [
        OrderView(
            order_id=order.order_id,
            status=order.status,
            lines=lines[order.order_id],
            count=len(lines[order.order_id]),
            total_cents=sum(line.amount_cents for line in lines[order.order_id]),
            regie=RegieView(regie_id=order.regie_id, name=order.regie_name),
            payment_id=order.payment_id,
            payment_status=order.payment_status,
            payment_reason=order.payment_reason,
            created_at=order.created_at,
            paid_at=order.paid_at,
        )
        for order in orders
    ]


async def list_surpluses(connection: AsyncConnection, *, cursor: UUID | None, limit: int) -> list[SurplusView]:
    """Sums to be given back and not yet, newest payment first."""
    rows = await connection.execute(
        text(
            """
            select s.payment_id, s.order_id, s.family_id, f.name as family_name, c.name as activity_name,
                s.amount_cents, s.reason, s.settled_at
            from surplus_payment s
            join family f using (tenant_id, family_id)
            join adhesion_order o using (tenant_id, order_id)
            join activity c using (tenant_id, activity_id)
            where (cast(:cursor as uuid) is null or s.payment_id < :cursor)
              and s.amount_cents > coalesce((select sum(r.amount_cents) from payment_return r
                  where r.tenant_id = s.tenant_id and r.payment_id = s.payment_id), 0)
            order by s.payment_id desc
            limit :limit
            """
        ),
        {"cursor": cursor, "limit": limit},
    )
    return [SurplusView.model_validate(row, from_attributes=True) for row in rows]


async def list_returned(connection: AsyncConnection) -> list[ReturnedView]:
    """The latest orders whose money went back or did not come, in part or wholly, with adhesions still in force."""
    rows = await connection.execute(
        text(
            """
            select p.payment_id, o.order_id, o.family_id, f.name as family_name, c.name as activity_name,
                array(select m.first_name from adhesion a join member m using (tenant_id, member_id)
                      where a.tenant_id = o.tenant_id and a.order_id = o.order_id and a.status = 'active'
                      order by a.position) as first_names,
                p.amount_cents, back.returned_cents, back.money_back, back.returned_at
            from adhesion_order o
            join order_payment p on p.tenant_id = o.tenant_id and p.payment_id = o.payment_id
            join family f on f.tenant_id = o.tenant_id and f.family_id = o.family_id
            join activity c on c.tenant_id = o.tenant_id and c.activity_id = o.activity_id
            join lateral (
                select sum(r.amount_cents) as returned_cents, max(r.returned_at) as returned_at,
                    case when bool_and(r.kind = 'refund') then 'refunded' else 'rejected' end as money_back
                from payment_return r where r.tenant_id = p.tenant_id and r.payment_id = p.payment_id
                having count(*) > 0
            ) back on true
            where exists (select 1 from adhesion a where a.tenant_id = o.tenant_id and a.order_id = o.order_id
                          and a.status = 'active')
            order by back.returned_at desc limit :many
            """
        ),
        {"many": _MANY},
    )
    return [ReturnedView.model_validate(row, from_attributes=True) for row in rows]
