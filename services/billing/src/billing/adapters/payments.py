"""Payments of invoices in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from billing.adapters.credits import credits_by_regie, lock_credits
from billing.adapters.prompt_invoices import RESERVATIONS
from billing.application.ports import InvoicePayment, KnownPayment, OpenInvoice, PayerContact
from billing.domain.allocation import Due
from billing.domain.deduction import Credit
from chassis.database import Transaction
from contracts.event import Event
from contracts.values import PaymentStatus, PostalAddress


class SqlPaymentStore:
    """``PaymentStore`` on a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    def now(self) -> datetime:
        """See the port."""
        return self._transaction.now()

    async def publish(self, event: Event, *, sequence: int) -> None:
        """See the port."""
        await self._transaction.publish(event, sequence=sequence)

    async def lock_credits(self, family_id: UUID) -> Mapping[UUID, Sequence[Credit]]:
        """Read again once locked: what gives money back may have been first."""
        held = await credits_by_regie(self._transaction, family_id)
        if not held:
            return held
        await lock_credits(self._transaction, [credit.source_id for each in held.values() for credit in each])
        return await credits_by_regie(self._transaction, family_id)

    async def lock_invoices(self, family_id: UUID, invoice_ids: Sequence[UUID]) -> list[OpenInvoice]:
        """Locked in the order of their ids, so that two payments never wait for one another."""
        rows = await self._connection.execute(
            text(
                "select i.invoice_id, i.number, i.regie_id, i.regie_name,"
                " i.amount_cents - i.credited_cents as amount_cents, i.paid_cents, p.pay_until"
                " from invoice i left join prompt_invoice p using (tenant_id, invoice_id)"
                " where i.family_id = :family and i.invoice_id = any(:ids) order by i.invoice_id for update of i"
            ),
            {"family": family_id, "ids": list(invoice_ids)},
        )
        return [OpenInvoice(**row) for row in rows.mappings()]

    async def pending_payment(self, family_id: UUID, items: Sequence[Due]) -> InvoicePayment | None:
        """See the port; ``items`` are in the order of their ids."""
        row = (
            await self._connection.execute(
                text(
                    "select p.* from invoice_payment p join lateral ("
                    "  select array_agg(i.invoice_id order by i.invoice_id) as ids,"
                    "         array_agg(i.amount_cents order by i.invoice_id) as cents"
                    "  from invoice_payment_item i where i.tenant_id = p.tenant_id"
                    "  and i.invoice_payment_id = p.invoice_payment_id) items on true"
                    " where p.family_id = :family and p.status = 'pending'"
                    " and items.ids = cast(:ids as uuid[]) and items.cents = cast(:cents as bigint[])"
                    " order by p.created_at limit 1"
                ),
                {
                    "family": family_id,
                    "ids": [item.invoice_id for item in items],
                    "cents": [item.cents for item in items],
                },
            )
        ).one_or_none()
        if row is None:
            return None
        return InvoicePayment(row.invoice_payment_id, row.payment_id, row.family_id, row.regie_id, tuple(items))

    async def payer(self, family_id: UUID, guardian_id: UUID | None) -> PayerContact | None:
        """The guardian who calls; when unknown, the first with an e-mail address."""
        row = (
            await self._connection.execute(
                text(
                    "select g.first_name, g.last_name, g.email, f.address_line, f.postal_code, f.city"
                    " from family f join guardian g using (tenant_id, family_id) where f.family_id = :family"
                    " order by g.guardian_id = cast(:guardian as uuid) desc nulls last, g.email is null, g.position"
                    " limit 1"
                ),
                {"family": family_id, "guardian": guardian_id},
            )
        ).one_or_none()
        if row is None:
            return None
        address = PostalAddress(line=row.address_line, postal_code=row.postal_code, city=row.city)
        return PayerContact(row.first_name, row.last_name, row.email, address)

    async def insert_payment(self, payment: InvoicePayment) -> None:
        """See the port."""
        await self._connection.execute(
            text(
                "insert into invoice_payment (tenant_id, invoice_payment_id, payment_id, family_id, regie_id,"
                " amount_cents, created_at) values (:tenant, :id, :payment, :family, :regie, :cents, :now)"
            ),
            {
                "tenant": self._transaction.tenant_id,
                "id": payment.invoice_payment_id,
                "payment": payment.payment_id,
                "family": payment.family_id,
                "regie": payment.regie_id,
                "cents": payment.total_cents,
                "now": self._transaction.now(),
            },
        )
        await self._connection.execute(
            text(
                "insert into invoice_payment_item (tenant_id, invoice_payment_id, invoice_id, amount_cents)"
                " select :tenant, :id, item.invoice_id, item.cents"
                " from unnest(cast(:ids as uuid[]), cast(:cents as bigint[])) as item(invoice_id, cents)"
            ),
            {
                "tenant": self._transaction.tenant_id,
                "id": payment.invoice_payment_id,
                "ids": [item.invoice_id for item in payment.items],
                "cents": [item.cents for item in payment.items],
            },
        )

    async def lock_payment(self, payment_id: UUID) -> KnownPayment | None:
        """See the port."""
        row = (
            await self._connection.execute(
                text(
                    "select invoice_payment_id, status, settled_sequence from invoice_payment"
                    " where payment_id = :payment for update"
                ),
                {"payment": payment_id},
            )
        ).one_or_none()
        return KnownPayment(*row) if row else None

    async def paid_invoices(self, invoice_payment_id: UUID) -> list[UUID]:
        """See the port."""
        rows = await self._connection.execute(
            text("select invoice_id from invoice_payment_item where invoice_payment_id = :id"),
            {"id": invoice_payment_id},
        )
        return list(rows.scalars())

    async def keep_status(self, known: KnownPayment, status: PaymentStatus, sequence: int) -> None:
        """See the port."""
        await self._connection.execute(
            text(
                "update invoice_payment set status = :status, settled_sequence = :sequence"
                " where invoice_payment_id = :id"
            ),
            {"id": known.invoice_payment_id, "status": status.value, "sequence": sequence},
        )

    async def add_paid(self, invoice_id: UUID, cents: int) -> int:
        """See the port."""
        version = await self._connection.scalar(
            text(
                "update invoice set paid_cents = paid_cents + :cents, version = version + 1"
                " where invoice_id = :id returning version"
            ),
            {"id": invoice_id, "cents": cents},
        )
        return int(version)

    async def keep_prompt_paid(self, invoice_id: UUID) -> Sequence[UUID]:
        """See the port."""
        kept = await self._connection.execute(
            text("update prompt_invoice set status = 'paid' where invoice_id = :id and status = 'open'"),
            {"id": invoice_id},
        )
        if not kept.rowcount:
            return []
        return await self._connection.scalar(text(RESERVATIONS), {"invoice": invoice_id}) or []

    async def add_use(
        self, source_id: UUID, family_id: UUID, invoice_id: UUID | None, cents: int, movement_id: UUID
    ) -> None:
        """See the port."""
        await self._connection.execute(
            text(
                "insert into payment_use (tenant_id, source_id, family_id, invoice_id, cents, movement_id)"
                " values (:tenant, :source, :family, :invoice, :cents, :movement)"
            ),
            {
                "tenant": self._transaction.tenant_id,
                "source": source_id,
                "family": family_id,
                "invoice": invoice_id,
                "cents": cents,
                "movement": movement_id,
            },
        )

    async def credit_family(
        self, *, family_id: UUID, kind: str, payment_id: UUID, label: str, cents: int, at: datetime
    ) -> None:
        """See the port."""
        await self._connection.execute(
            text(
                "insert into ledger_movement (tenant_id, family_id, occurred_at, kind, reference_id, label,"
                " credit_cents) values (:tenant, :family, :at, :kind, :payment, :label, :cents)"
                " on conflict (tenant_id, kind, reference_id) do nothing"
            ),
            {
                "tenant": self._transaction.tenant_id,
                "family": family_id,
                "at": at,
                "kind": kind,
                "payment": payment_id,
                "label": label,
                "cents": cents,
            },
        )
