"""What pages read: invoices, account, payments, runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text

from billing.domain.period import Period
from chassis.database import Transaction

_INVOICES = """
    select i.*, coalesce(pdf.size_bytes, 0) as pdf_bytes, prompt.pay_until,
           coalesce(prompt.status = 'lapsed', false) as lapsed,
           case when i.paid_cents + i.credited_cents < i.amount_cents then
               (select p.payment_id from invoice_payment_item item
                join invoice_payment p using (tenant_id, invoice_payment_id)
                where item.tenant_id = i.tenant_id and item.invoice_id = i.invoice_id and p.status = 'pending'
                order by p.created_at desc limit 1) end as payment_in_progress
    from invoice i
    left join invoice_pdf pdf using (tenant_id, invoice_id)
    left join prompt_invoice prompt using (tenant_id, invoice_id)
"""


@dataclass(frozen=True)
class InvoiceFilter:
    """Which invoices; None means all. ``after`` is the period and sequence of the last one seen."""

    family_id: UUID | None = None
    period: Period | None = None
    status: str | None = None
    after: tuple[Period, int] | None = None


async def list_invoices(transaction: Transaction, wanted: InvoiceFilter, limit: int) -> Sequence[RowMapping]:
    """Invoices, the latest number first."""
    conditions, parameters = ["true"], dict[str, Any](limit=limit)
    if wanted.family_id:
        conditions.append("i.family_id = :family")
        parameters["family"] = wanted.family_id
    if wanted.period:
        conditions.append("i.period = :period")
        parameters["period"] = wanted.period.first_day
    if wanted.status:
        conditions.append(
            "i.paid_cents + i.credited_cents " + ("=" if wanted.status == "paid" else "<") + " i.amount_cents"
        )
    if wanted.after:
        conditions.append("(i.period, i.sequence) < (:after_period, :after_sequence)")
        parameters |= {"after_period": wanted.after[0].first_day, "after_sequence": wanted.after[1]}
    statement = f"{_INVOICES} where {' and '.join(conditions)} order by i.period desc, i.sequence desc limit :limit"
    return (await transaction.connection.execute(text(statement), parameters)).mappings().all()


async def find_invoice(transaction: Transaction, invoice_id: UUID, family_id: UUID | None) -> RowMapping | None:
    """One invoice, of that family unless None."""
    statement = (
        f"{_INVOICES} where i.invoice_id = :invoice and (cast(:family as uuid) is null or i.family_id = :family)"
    )
    rows = await transaction.connection.execute(text(statement), {"invoice": invoice_id, "family": family_id})
    return rows.mappings().one_or_none()


async def invoice_lines(transaction: Transaction, invoice_ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """The lines of invoices, in order."""
    rows = await transaction.connection.execute(
        text("select * from invoice_line where invoice_id = any(:ids) order by invoice_id, position"),
        {"ids": list(invoice_ids)},
    )
    return rows.mappings().all()


async def pending_by_regie(transaction: Transaction, family_id: UUID) -> Sequence[RowMapping]:
    """How many invoices the family has to pay to each régie, and how much."""
    rows = await transaction.connection.execute(
        text(
            "select regie_id, max(regie_name) as regie_name, count(*) as pending_count,"
            " sum(amount_cents - paid_cents - credited_cents) as pending_cents from invoice"
            " where family_id = :family and paid_cents + credited_cents < amount_cents group by regie_id order by 2, 1"
        ),
        {"family": family_id},
    )
    return rows.mappings().all()


async def account_movements(transaction: Transaction, family_id: UUID) -> Sequence[RowMapping]:
    """The family's movements, the latest first, each with what the family owes after it (negative: is owed)."""
    rows = await transaction.connection.execute(
        text(
            "select occurred_at, kind, label, debit_cents, credit_cents,"
            " sum(debit_cents - credit_cents) over (order by movement_id) as balance_cents"
            " from ledger_movement where family_id = :family order by movement_id desc"
        ),
        {"family": family_id},
    )
    return rows.mappings().all()


async def family_payments(transaction: Transaction, family_id: UUID) -> Sequence[RowMapping]:
    """Outcomes of the family's payments, the latest first."""
    rows = await transaction.connection.execute(
        text("select * from payment where family_id = :family order by settled_at desc, payment_id"),
        {"family": family_id},
    )
    return rows.mappings().all()


async def family_credits(transaction: Transaction, limit: int) -> Sequence[RowMapping]:
    """What lies at families' credit, by the payment it came of, the latest payment first."""
    rows = await transaction.connection.execute(
        text(
            "select coalesce(s.payment_id, u.source_id) as payment_id, s.surplus_id, u.family_id,"
            " f.name as family_name, coalesce(s.label, p.label, '') as label, u.cents from"
            " (select tenant_id, source_id, family_id, sum(cents)::bigint as cents from payment_use"
            "  where invoice_id is null group by tenant_id, source_id, family_id having sum(cents) > 0) u"
            " left join surplus s on s.tenant_id = u.tenant_id and s.surplus_id = u.source_id"
            " left join payment p on p.tenant_id = u.tenant_id and p.payment_id = u.source_id"
            " left join family f on f.tenant_id = u.tenant_id and f.family_id = u.family_id"
            " order by 1 desc limit :limit"
        ),
        {"limit": limit},
    )
    return rows.mappings().all()


_RUNS = """
    select r.run_id, r.period, r.automatic, r.created_at, i.*
    from invoicing_run r
    cross join lateral (
        select count(*) as invoice_count, coalesce(sum(amount_cents), 0) as total_cents,
               (array_agg(number order by sequence))[1] as first_number,
               (array_agg(number order by sequence desc))[1] as last_number
        from invoice where invoice.tenant_id = r.tenant_id and invoice.run_id = r.run_id
    ) i
"""


async def list_runs(transaction: Transaction, limit: int) -> Sequence[RowMapping]:
    """The latest runs first, without those of single baskets."""
    rows = await transaction.connection.execute(
        text(f"{_RUNS} where r.basket_id is null order by r.created_at desc, r.run_id desc limit :limit"),
        {"limit": limit},
    )
    return rows.mappings().all()


async def read_run(transaction: Transaction, run_id: UUID) -> RowMapping:
    """One run and what it issued."""
    rows = await transaction.connection.execute(text(f"{_RUNS} where r.run_id = :run"), {"run": run_id})
    return rows.mappings().one()


_PREVIEW = text(
    """
    with lines as (
        select c.family_id, c.regie_id, sum(c.amount_cents) as amount_cents
        from charge c join family using (tenant_id, family_id)
        where c.invoice_id is null and c.day < :end
        group by c.family_id, c.regie_id, c.member_id, c.element_name, c.unit_price_cents, c.quantity
    ),
    invoices as (
        select family_id, sum(amount_cents) as amount_cents, count(*) as line_count
        from lines group by family_id, regie_id having sum(amount_cents) > 0
    )
    select count(distinct family_id) as family_count, coalesce(sum(amount_cents), 0) as total_cents,
           coalesce(sum(line_count), 0) as line_count,
           (select count(*) from invoice where period = :period) as already_issued_count
    from invoices
    """
)


async def preview_run(transaction: Transaction, period: Period) -> RowMapping:
    """What a run of that month would issue now."""
    rows = await transaction.connection.execute(_PREVIEW, {"period": period.first_day, "end": period.end})
    return rows.mappings().one()
