"""What only messages told, whether the bank stands by it when it is asked, and what the régie makes of it if not."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from payment_gateway.adapters.refund_store import LEFT_CENTS
from payment_gateway.adapters.scoped import Scoped
from payment_gateway.adapters.tables import bank_transaction, payment_attempt, unconfirmed_money
from payment_gateway.application.bank_port import MOST_TOLD, Told
from payment_gateway.application.ports import Attempt, Said
from payment_gateway.domain.confirmation import Arrival, Unconfirmed

_UNCONFIRMED = [
    *(unconfirmed_money.c[name] for name in ("movement_id", "message_id", "decision", "decided_by")),
    *(bank_transaction.c[name] for name in ("payment_id", "attempt_id", "transaction_id")),
]


def _read(row: Row[Any]) -> Unconfirmed:
    return Unconfirmed(**{**row._mapping, "decision": Arrival(row.decision) if row.decision else None})


class SqlConfirmations(Scoped):
    """Confirmations of one commune."""

    async def told(self, attempt: Attempt, real_now: datetime) -> tuple[Told, ...]:
        """The money of an attempt that its bank must still confirm, the oldest first, some of it left."""
        columns = bank_transaction.c
        known = select(unconfirmed_money).where(unconfirmed_money.c.movement_id == columns.movement_id).exists()
        statement = (
            select(columns.transaction_id, columns.call_number, columns.amount_cents, columns.accepted_at)
            .where(
                columns.payment_id == attempt.payment_id,
                columns.attempt_id == attempt.attempt_id,
                columns.confirmed_at.is_(None),
                ~known,
                LEFT_CENTS > 0,
            )
            .order_by(columns.accepted_at, columns.movement_id)
            .limit(MOST_TOLD)
        )
        rows = await self._connection.execute(statement)
        return tuple(
            Told(row.transaction_id, row.call_number, row.amount_cents, real_now - row.accepted_at) for row in rows
        )

    async def ask_from(self, attempt_id: UUID, at: datetime) -> None:
        """The bank is asked about an attempt then, unless it will be anyhow."""
        columns = payment_attempt.c
        statement = update(payment_attempt).where(columns.attempt_id == attempt_id)
        await self._connection.execute(statement.values(next_question_at=func.coalesce(columns.next_question_at, at)))

    async def confirm(self, attempt: Attempt, transaction_id: str, real_now: datetime) -> None:
        """The bank, asked, stands by what its message told."""
        columns = bank_transaction.c
        await self._connection.execute(
            update(bank_transaction)
            .where(*_named(attempt, transaction_id), columns.confirmed_at.is_(None))
            .values(confirmed_at=real_now)
        )

    async def doubt(self, attempt: Attempt, said: Said, real_now: datetime) -> None:
        """Puts money in front of the régie, once."""
        names = ("tenant_id", "movement_id", "message_id", "code", "found_at")
        found = select(
            bank_transaction.c.tenant_id,
            bank_transaction.c.movement_id,
            literal(said.message_id),
            literal(said.outcome.code),
            literal(real_now),
        ).where(*_named(attempt, said.outcome.transaction_id))
        statement = insert(unconfirmed_money).from_select(names, found)
        await self._connection.execute(statement.on_conflict_do_nothing())

    async def unconfirmed(self, movement_id: UUID) -> Unconfirmed | None:
        """Money that its bank does not stand by."""
        statement = (
            select(*_UNCONFIRMED)
            .join(bank_transaction, bank_transaction.c.movement_id == unconfirmed_money.c.movement_id)
            .where(unconfirmed_money.c.movement_id == movement_id)
        )
        row = (await self._connection.execute(statement)).one_or_none()
        return _read(row) if row else None

    async def write_arrival(
        self, movement_id: UUID, arrival: Arrival, reason: str, *, by: UUID, real_now: datetime
    ) -> None:
        """Keeps what the régie found out."""
        await self._connection.execute(
            update(unconfirmed_money)
            .where(unconfirmed_money.c.movement_id == movement_id)
            .values(decision=arrival, reason=reason, decided_by=by, decided_at=real_now)
        )


def _named(attempt: Attempt, transaction_id: str | None) -> list[Any]:
    columns = bank_transaction.c
    return [
        columns.protocol == attempt.contract.protocol,
        columns.site == attempt.contract.shop,
        columns.transaction_id == transaction_id,
    ]
