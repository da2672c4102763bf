"""Money that goes back, and surplus money, in SQL."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from billing.adapters.payments import SqlPaymentStore
from billing.application.ports import OwedInvoice, Surplus, SurplusState
from billing.domain.taking_back import Use
from contracts.events import PaymentReversed

_DEBITS = frozenset({"refund", "rejection"})


class SqlReturnStore(SqlPaymentStore):
    """``ReturnStore`` on a transaction."""

    async def is_settled(self, payment_id: UUID) -> bool:
        """See the port; the payment is locked."""
        status = await self._connection.scalar(
            text("select status from invoice_payment where payment_id = :payment for update"), {"payment": payment_id}
        )
        if status is None:
            status = await self._connection.scalar(
                text("select status from payment where payment_id = :payment for update"), {"payment": payment_id}
            )
        return bool(status == "succeeded")

    async def add_return(self, back: PaymentReversed) -> bool:
        """See the port."""
        added = await self._connection.execute(
            text(
                "insert into payment_return (tenant_id, movement_id, source_id, payment_id, family_id, purpose, kind,"
                " is_surplus, amount_cents, returned_at) values (:tenant, :movement, :source, :payment, :family,"
                " :purpose, :kind, :is_surplus, :cents, :at) on conflict do nothing"
            ),
            {
                "tenant": self._transaction.tenant_id,
                "movement": back.movement_id,
                "source": back.surplus_id or back.payment_id,
                "payment": back.payment_id,
                "family": back.family_id,
                "purpose": back.purpose.value,
                "kind": back.kind.value,
                "is_surplus": back.surplus_id is not None,
                "cents": back.amount_cents,
                "at": back.reversed_at,
            },
        )
        return added.rowcount == 1

    async def uses(self, source_id: UUID) -> list[Use]:
        """See the port."""
        rows = await self._connection.execute(
            text(
                "select invoice_id, sum(cents)::bigint from payment_use where source_id = :source"
                " group by invoice_id having sum(cents) > 0"
            ),
            {"source": source_id},
        )
        return [Use(*row) for row in rows]

    async def unpay(self, invoice_id: UUID, cents: int, *, credited_cents: int) -> OwedInvoice:
        """See the port."""
        changed = await self._connection.execute(
            text(
                "update invoice set paid_cents = paid_cents - :cents, credited_cents = credited_cents + :credited,"
                " version = version + 1 where invoice_id = :id"
                " returning number, version, due_on, amount_cents - paid_cents - credited_cents"
            ),
            {"id": invoice_id, "cents": cents, "credited": credited_cents},
        )
        return OwedInvoice(*changed.one())

    async def add_surplus(self, surplus: Surplus) -> bool:
        """See the port."""
        added = await self._connection.execute(
            text(
                "insert into surplus (tenant_id, surplus_id, payment_id, family_id, regie_id, label, amount_cents,"
                " decision, version, received_at) values (:tenant, :surplus_id, :payment_id, :family_id, :regie_id,"
                " :label, :amount_cents, 'to_decide', 1, :received_at) on conflict do nothing"
            ),
            {"tenant": self._transaction.tenant_id, **vars(surplus)},
        )
        return added.rowcount == 1

    async def lock_surplus(self, surplus_id: UUID) -> bool:
        """See the port."""
        found = await self._connection.scalar(
            text("select 1 from surplus where surplus_id = :id for update"), {"id": surplus_id}
        )
        return found is not None

    async def keep_decision(self, surplus_id: UUID, decision: str, version: int) -> None:
        """See the port."""
        await self._connection.execute(
            text(
                "update surplus set decision = :decision, version = :version"
                " where surplus_id = :id and version < :version"
            ),
            {"id": surplus_id, "decision": decision, "version": version},
        )

    async def surplus_state(self, surplus_id: UUID) -> SurplusState:
        """See the port."""
        row = (
            await self._connection.execute(
                text(
                    "select decision, amount_cents - coalesce((select sum(r.amount_cents) from payment_return r"
                    " where r.tenant_id = s.tenant_id and r.source_id = s.surplus_id), 0)::bigint"
                    " from surplus s where surplus_id = :id"
                ),
                {"id": surplus_id},
            )
        ).one()
        return SurplusState(row[0], max(row[1], 0))

    async def move(
        self, family_id: UUID, kind: str, reference_id: UUID, *, label: str, cents: int, at: datetime
    ) -> None:
        """See the port."""
        if not cents:
            return
        await self._connection.execute(
            text(
                "insert into ledger_movement (tenant_id, family_id, occurred_at, kind, reference_id, label,"
                " debit_cents, credit_cents) values (:tenant, :family, :at, :kind, :reference, :label, :debit, :credit)"
                " on conflict (tenant_id, kind, reference_id) do nothing"
            ),
            {
                "tenant": self._transaction.tenant_id,
                "family": family_id,
                "at": at,
                "kind": kind,
                "reference": reference_id,
                "label": label,
                "debit": cents if kind in _DEBITS else 0,
                "credit": 0 if kind in _DEBITS else cents,
            },
        )
