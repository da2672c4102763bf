"""Reads what billing keeps of a page of a statement: one statement of SQL for all of its things."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text

from billing.adapters.charges import reservations_json
from billing.domain.comparison import KeptPayment, KeptReservation
from chassis.database import Transaction
from chassis.reconciliation import known_ids, scope
from contracts.events import PaymentsStated, ReservationsStated
from contracts.events.statement import Statement
from contracts.values import PaymentStatus

_RESERVATIONS = text(
    """
    select s.reservation_id, r.version, c.quantity, c.cents, c.has_open, c.invoiced, c.alike
    from jsonb_to_recordset(cast(:reservations as jsonb)) as s(
        reservation_id uuid, family_id uuid, regie_id uuid, day date, unit_price_cents bigint)
    left join reservation r on r.reservation_id = s.reservation_id
    cross join lateral (
        select coalesce(sum(quantity), 0) as quantity, coalesce(sum(amount_cents), 0) as cents,
               coalesce(bool_or(invoice_id is null), false) as has_open,
               coalesce(bool_or(invoice_id is not null), false) as invoiced,
               coalesce(bool_and((unit_price_cents, day, family_id, regie_id)
                                 = (s.unit_price_cents, s.day, s.family_id, s.regie_id)), true) as alike
        from charge where charge.reservation_id = s.reservation_id
    ) c
    """
)

_UNKNOWN_CHARGES = text(
    """
    select c.reservation_id, c.family_id, c.member_id, c.day, sum(c.amount_cents) as cents,
           bool_or(c.invoice_id is not null) as invoiced
    from charge c left join reservation r using (tenant_id, reservation_id)
    where (c.day, c.reservation_id) > (cast(:after_day as date), cast(:after_id as uuid))
      and (c.day, c.reservation_id) <= (cast(:until_day as date), cast(:until_id as uuid))
      and c.reservation_id <> all(:known)
      and coalesce(r.kept_at, '-infinity') <= :settled_until
    group by c.reservation_id, c.family_id, c.member_id, c.day
    """
)

_PAYMENTS = text(
    "select payment_id, version, status, amount_cents from payment where payment_id = any(cast(:ids as uuid[]))"
)

# Whole: every invoice of the payment is paid to the end, and by this payment alone.
_CREDITS = text(
    """
    select s.payment_id, coalesce(sum(l.credit_cents), 0) as cents, p.status,
           p.status = 'succeeded' and p.amount_cents = s.cents and exists (
               select from invoice_payment_item i where i.invoice_payment_id = p.invoice_payment_id
           ) and not exists (
               select from invoice_payment_item i join invoice using (tenant_id, invoice_id)
               where i.invoice_payment_id = p.invoice_payment_id
                 and (invoice.paid_cents < invoice.amount_cents or exists (
                     select from invoice_payment_item j join invoice_payment q using (tenant_id, invoice_payment_id)
                     where j.tenant_id = i.tenant_id and j.invoice_id = i.invoice_id
                       and q.invoice_payment_id <> p.invoice_payment_id and q.status = 'succeeded'))
           ) as whole
    from jsonb_to_recordset(cast(:payments as jsonb)) as s(payment_id uuid, cents bigint)
    left join invoice_payment p on p.payment_id = s.payment_id
    left join ledger_movement l on l.reference_id = s.payment_id and l.kind in ('payment', 'credit')
    group by s.payment_id, s.cents, p.invoice_payment_id, p.status, p.amount_cents
    """
)

_UNKNOWN_PAYMENTS = text(
    """
    select payment_id, family_id, day, kind, cents
    from (
        select payment_id, family_id, (settled_at at time zone 'UTC')::date as day, 'payment_unknown' as kind,
               amount_cents as cents
        from payment
        where status = 'succeeded' and settled_at >= :since and settled_at < :before and settled_at <= :settled_until
        union all
        select l.reference_id, l.family_id, (l.occurred_at at time zone 'UTC')::date, 'ledger_unknown',
               sum(l.credit_cents)
        from ledger_movement l
        where l.kind in ('payment', 'credit') and l.occurred_at >= :since and l.occurred_at < :before
          and l.occurred_at <= :settled_until
          and not exists (select from ledger_movement a
                          where a.tenant_id = l.tenant_id and a.kind = 'adhesion' and a.reference_id = l.reference_id)
        group by 1, 2, 3
    ) as kept
    where (day, payment_id) > (cast(:after_day as date), cast(:after_id as uuid))
      and (day, payment_id) <= (cast(:until_day as date), cast(:until_id as uuid))
      and payment_id <> all(:known)
    """
)


@dataclass(frozen=True)
class Charged:
    """What is kept of a reservation, with what its charges come to."""

    kept: KeptReservation
    cents: int
    invoiced: bool


@dataclass(frozen=True)
class Credited:
    """What the ledger credits for a payment. ``allocated`` when the payment was once spread over its invoices;
    ``whole`` when it alone paid all of them to the end, so that no part of it was a surplus.
    """

    cents: int
    allocated: bool
    whole: bool


async def charged(transaction: Transaction, page: ReservationsStated) -> dict[UUID, Charged]:
    """By reservation, for all of the page."""
    rows = await transaction.connection.execute(_RESERVATIONS, {"reservations": reservations_json(page.reservations)})
    return {
        row.reservation_id: Charged(
            KeptReservation(row.version, row.quantity, row.has_open, row.alike), int(row.cents), row.invoiced
        )
        for row in rows
    }


async def unknown_charges(transaction: Transaction, page: ReservationsStated) -> Sequence[RowMapping]:
    """What is charged within the page for reservations that planning does not hold."""
    known = known_ids(page, [each.reservation.reservation_id for each in page.reservations])
    rows = await transaction.connection.execute(
        _UNKNOWN_CHARGES, {**scope(page), "known": known, "settled_until": page.settled_until}
    )
    return rows.mappings().all()


async def kept_payments(transaction: Transaction, page: PaymentsStated) -> dict[UUID, KeptPayment]:
    """By payment, those of the page that are known here."""
    ids = [each.outcome.payment_id for each in page.payments]
    rows = await transaction.connection.execute(_PAYMENTS, {"ids": ids})
    return {row.payment_id: KeptPayment(row.version, PaymentStatus(row.status), row.amount_cents) for row in rows}


async def credited(transaction: Transaction, page: PaymentsStated) -> dict[UUID, Credited]:
    """By payment, for all of the page."""
    payments = [
        {"payment_id": str(each.outcome.payment_id), "cents": each.outcome.amount_cents} for each in page.payments
    ]
    rows = await transaction.connection.execute(_CREDITS, {"payments": json.dumps(payments)})
    return {row.payment_id: Credited(int(row.cents), row.status == "succeeded", bool(row.whole)) for row in rows}


async def unknown_payments(transaction: Transaction, page: PaymentsStated) -> Sequence[RowMapping]:
    """Successes and credits within the page that payment-gateway does not hold."""
    known = known_ids(page, [each.outcome.payment_id for each in page.payments])
    rows = await transaction.connection.execute(
        _UNKNOWN_PAYMENTS,
        {**scope(page), **_instants(page), "known": known, "settled_until": page.settled_until},
    )
    return rows.mappings().all()


def _instants(page: Statement) -> dict[str, Any]:
    """Between which instants the page lies, for an index to find it."""
    before = datetime.combine(page.until.day, time(), UTC) + timedelta(days=1)
    return {"since": datetime.combine(page.after.day, time(), UTC), "before": before}


async def names(
    transaction: Transaction, families: Sequence[UUID], members: Sequence[UUID]
) -> tuple[dict[UUID, str], dict[UUID, str]]:
    """Names of families and first names of members, by id."""
    family_rows = await transaction.connection.execute(
        text("select family_id, name from family where family_id = any(:ids)"), {"ids": list(families)}
    )
    member_rows = await transaction.connection.execute(
        text("select member_id, first_name from member where member_id = any(:ids)"), {"ids": list(members)}
    )
    return dict(family_rows.tuples().all()), dict(member_rows.tuples().all())
