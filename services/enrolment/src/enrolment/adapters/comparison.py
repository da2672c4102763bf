"""Reads what enrolment keeps of a page of payments: one statement for all of them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.reconciliation import known_ids, scope
from contracts.events import PaymentsStated
from enrolment.domain.comparison import KeptPayment
from enrolment.domain.order import PaymentState

_KEPT = text(
    """
    select p.payment_id, p.state, p.sequence, p.amount_cents, o.status = 'paid' or s.payment_id is not null as used
    from order_payment p
    join adhesion_order o using (tenant_id, order_id)
    left join surplus_payment s on s.tenant_id = p.tenant_id and s.payment_id = p.payment_id
    where p.payment_id = any(cast(:ids as uuid[]))
    """
)

# When a success is of: of the payment that paid the order, the order's; of one that bought nothing, the surplus's.
_UNKNOWN = text(
    """
    select payment_id, family_id, day, amount_cents
    from (
        select p.payment_id, o.family_id, p.amount_cents, coalesce(s.settled_at, o.paid_at) as settled_at,
               (coalesce(s.settled_at, o.paid_at) at time zone 'UTC')::date as day
        from order_payment p
        join adhesion_order o using (tenant_id, order_id)
        left join surplus_payment s on s.tenant_id = p.tenant_id and s.payment_id = p.payment_id
        where p.state = 'succeeded' and (s.payment_id is not null or o.payment_id = p.payment_id)
    ) as succeeded
    where (day, payment_id) > (cast(:after_day as date), cast(:after_id as uuid))
      and (day, payment_id) <= (cast(:until_day as date), cast(:until_id as uuid))
      and settled_at <= :settled_until and payment_id <> all(:known)
    """
)


async def kept_payments(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, KeptPayment]:
    """By payment, those that were asked for here."""
    rows = await connection.execute(_KEPT, {"ids": list(ids)})
    return {
        row.payment_id: KeptPayment(PaymentState(row.state), row.sequence, row.amount_cents, row.used) for row in rows
    }


async def unknown_payments(connection: AsyncConnection, page: PaymentsStated) -> Sequence[RowMapping]:
    """Successes within the page that payment-gateway does not hold."""
    known = known_ids(page, [each.outcome.payment_id for each in page.payments])
    rows = await connection.execute(_UNKNOWN, {**scope(page), "known": known, "settled_until": page.settled_until})
    return rows.mappings().all()


async def family_names(connection: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, str]:
    """By family."""
    rows = await connection.execute(
        text("select family_id, name from family where family_id = any(:ids)"), {"ids": ids}
    )
    return dict(rows.tuples().all())
