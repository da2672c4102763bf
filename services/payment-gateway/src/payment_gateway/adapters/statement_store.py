"""Reads payments with an outcome in the order in which they are stated."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import Date, cast, func, select, tuple_

from chassis.statements import Owned
from contracts.event import Event
from contracts.events.payment_gateway import StatedPayment
from contracts.events.statement import Position
from payment_gateway.adapters.payment_store import PAYMENT_COLUMNS, payment_of, settled_event
from payment_gateway.adapters.receipts import bank_receipts
from payment_gateway.adapters.scoped import Scoped
from payment_gateway.adapters.tables import payment
from payment_gateway.domain.payment import PUBLISHED, Payment

_DAY = cast(func.timezone("UTC", payment.c.settled_at), Date)


def _position(settled: Payment) -> Position:
    assert settled.settled_at is not None  # noqa: S101 - an outcome has its instant, which the table checks
    return Position(day=settled.settled_at.astimezone(UTC).date(), id=settled.payment_id)


class SqlStatementStore(Scoped):
    """``StatementStore`` on a transaction."""

    async def payments(self, after: Position, until: Position, limit: int) -> Sequence[Owned[StatedPayment]]:
        """See the port."""
        place: Any = tuple_(_DAY, payment.c.payment_id)
        statement = (
            select(*PAYMENT_COLUMNS)
            .where(
                payment.c.settled_at >= datetime.combine(after.day, time(), UTC),
                payment.c.status.in_(PUBLISHED),
                place > tuple_(after.day, after.id),
                place <= tuple_(until.day, until.id),
            )
            .order_by(_DAY, payment.c.payment_id)
            .limit(limit)
        )
        found = [payment_of(row) for row in await self._connection.execute(statement)]
        receipts = await bank_receipts(self._connection, [settled.payment_id for settled in found])
        now = self._transaction.now()
        return [
            Owned(
                _position(settled),
                settled.settled_at or now,
                StatedPayment(
                    sequence=settled.version,
                    outcome=settled_event(settled, now, receipts.get(settled.payment_id)),
                ),
            )
            for settled in found
        ]

    async def publish(self, event: Event, *, sequence: int) -> None:
        """See the port."""
        await self._transaction.publish(event, sequence=sequence)
