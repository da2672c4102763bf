"""Invoices that are to be paid at once, in SQL."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from billing.adapters.charges import drop_open_charges
from billing.adapters.credits import lock_credits
from billing.adapters.invoicing import SqlInvoicingStore
from billing.application.prompt_invoices import UnpaidInvoice
from chassis.database import Transaction
from chassis.ids import new_id
from contracts.event import Event

RESERVATIONS = """
    select array_agg(reservation_id order by reservation_id) from (
        select reservation_id from charge where invoice_id = :invoice group by reservation_id having sum(quantity) > 0
    ) as held
"""
"""The reservations that an invoice (``:invoice``) charges."""

_CHARGES = text(
    "select pay_until, min(day) from charge where basket_id = :basket and invoice_id is null group by 1 order by 1"
)
_OVERDUE = text(
    "select invoice_id from prompt_invoice where status = 'open' and pay_until < :now order by pay_until limit :limit"
)
_SOURCES = text("select distinct source_id from payment_use where invoice_id = :invoice")
# A payment that began in time may still come to a good end.
_LOCK = text(
    """
    select i.invoice_id, i.number, i.family_id, i.amount_cents, i.paid_cents, i.credited_cents, p.pay_until
    from invoice i join prompt_invoice p using (tenant_id, invoice_id)
    where i.invoice_id = :invoice and p.status = 'open' and p.pay_until < :now
      and not exists (
          select from invoice_payment_item item join invoice_payment asked using (tenant_id, invoice_payment_id)
          where item.tenant_id = i.tenant_id and item.invoice_id = i.invoice_id and asked.status = 'pending')
    for update
    """
)
_RELEASE = text(
    """
    with lying as (
        select source_id, sum(cents) as cents from payment_use where invoice_id = :invoice
        group by source_id having sum(cents) > 0
    )
    insert into payment_use (tenant_id, source_id, family_id, invoice_id, cents, movement_id)
    select :tenant, source_id, :family, side.invoice_id, lying.cents * side.sign, :movement
    from lying cross join (values (cast(:invoice as uuid), -1), (null, 1)) as side (invoice_id, sign)
    """
)
_GIVE_BACK = text(
    """
    insert into charge (tenant_id, charge_id, reservation_id, family_id, regie_id, member_id, activity_id, day,
                        element_name, tariff_label, quantity, unit_price_cents, invoice_id)
    select tenant_id, uuid7(), reservation_id, family_id, regie_id, member_id, activity_id, day,
           element_name, tariff_label, -quantity, unit_price_cents, invoice_id
    from charge where invoice_id = :invoice and reservation_id = any(:reservations)
    """
)
_CREDIT_NOTE = text(
    """
    insert into ledger_movement (tenant_id, family_id, occurred_at, kind, reference_id, label, credit_cents)
    values (:tenant, :family, :now, 'credit_note', :invoice, :label, :cents)
    """
)
_CANCEL = text(
    "update invoice set paid_cents = 0, credited_cents = amount_cents, version = version + 1"
    " where invoice_id = :invoice returning version"
)
_LAPSED = text("update prompt_invoice set status = 'lapsed' where invoice_id = :invoice")


class SqlPromptChargeStore(SqlInvoicingStore):
    """``PromptChargeStore`` on a transaction."""

    async def prompt_charges(self, basket_id: UUID) -> Sequence[tuple[datetime, date]]:
        """See the port."""
        rows = await self._connection.execute(_CHARGES, {"basket": basket_id})
        return [(row[0], row[1]) for row in rows]


async def overdue_invoices(transaction: Transaction, limit: int) -> list[UUID]:
    """Those whose time is over, the longest overdue first; a payment of some may be under way."""
    rows = await transaction.connection.execute(_OVERDUE, {"now": transaction.now(), "limit": limit})
    return list(rows.scalars())


class SqlLapseStore:
    """``LapseStore`` on a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    async def lock_unpaid(self, invoice_id: UUID) -> UnpaidInvoice | None:
        """What lies on it is locked before it, as everywhere."""
        sources = await self._connection.execute(_SOURCES, {"invoice": invoice_id})
        await lock_credits(self._transaction, list(sources.scalars()))
        found = await self._connection.execute(_LOCK, {"invoice": invoice_id, "now": self._transaction.now()})
        row = found.mappings().one_or_none()
        return UnpaidInvoice(**row) if row else None

    async def release_credit(self, invoice: UnpaidInvoice) -> None:
        """See the port."""
        await self._connection.execute(
            _RELEASE,
            {
                "tenant": self._transaction.tenant_id,
                "family": invoice.family_id,
                "invoice": invoice.invoice_id,
                "movement": new_id(),
            },
        )

    async def give_up(self, invoice: UnpaidInvoice) -> tuple[int, Sequence[UUID]]:
        """See the port."""
        about = {"invoice": invoice.invoice_id}
        reservations = await self._connection.scalar(text(RESERVATIONS), about) or []
        await drop_open_charges(self._transaction, [invoice.family_id], reservations)
        await self._connection.execute(_GIVE_BACK, {**about, "reservations": reservations})
        note = {
            "tenant": self._transaction.tenant_id,
            "family": invoice.family_id,
            "now": self._transaction.now(),
            "label": f"Avoir – Facture {invoice.number}, non payée dans le délai",
            "cents": invoice.amount_cents - invoice.credited_cents,
        }
        await self._connection.execute(_CREDIT_NOTE, {**about, **note})
        version = await self._connection.scalar(_CANCEL, about)
        await self._connection.execute(_LAPSED, about)
        return int(version), reservations

    async def publish(self, event: Event, *, sequence: int) -> None:
        """See the port."""
        await self._transaction.publish(event, sequence=sequence)
