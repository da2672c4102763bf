"""What moved at the banks, as their statements tell it: by day, régie and contract."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, String, Text, case, cast, func, literal, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.values import EURO
from payment_gateway.adapters.queries import AnyRow, Rows
from payment_gateway.adapters.tables import bank_reversal, bank_transaction, merchant_contract, payment, payment_attempt

TAKEN = "taken"
"""A transaction the bank accepted; the others are kinds of ``ReversalKind``."""

_taken, _back = bank_transaction.c, bank_reversal.c


@dataclass(frozen=True)
class Days:
    """Whole days, both ends included, as a commune's clocks cut them."""

    first: date
    last: date
    time_zone: str

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """From this instant on, until before that one."""
        zone = ZoneInfo(self.time_zone)
        return (
            datetime.combine(self.first, time.min, zone),
            datetime.combine(self.last + timedelta(days=1), time.min, zone),
        )


def _about(source: Any) -> list[Any]:  # noqa: ANN401 - the columns of either table
    return [
        source.movement_id,
        source.happened_at,
        payment.c.regie_id,
        source.protocol,
        source.site,
        merchant_contract.c.mode,
        merchant_contract.c.terms["shop_name"].as_string().label("shop_name"),
        source.payment_id,
        payment.c.family_id,
        payment.c.label,
        payment_attempt.c.reference,
    ]


def _joined(statement: Select[Any], source: Any) -> Select[Any]:  # noqa: ANN401
    return (
        statement.join(payment, payment.c.payment_id == source.payment_id)
        .join(payment_attempt, payment_attempt.c.attempt_id == source.attempt_id)
        .join(merchant_contract, merchant_contract.c.contract_id == payment_attempt.c.contract_id)
    )


def _movements(days: Days) -> Any:  # noqa: ANN401
    start, end = days.bounds
    taken = select(
        *_about(_taken),
        literal(TAKEN, String).label("kind"),
        _taken.amount_cents,
        _taken.currency,
        _taken.transaction_id,
        _taken.call_number,
        _taken.bank_number,
        _taken.authorisation,
        _taken.decision,
    ).where(_taken.happened_at >= start, _taken.happened_at < end)
    back = select(
        *_about(_back),
        _back.kind,
        (-_back.amount_cents).label("amount_cents"),
        literal(EURO, String).label("currency"),
        _back.reversal_id.label("transaction_id"),
        *(cast(null(), Text).label(name) for name in ("call_number", "bank_number", "authorisation", "decision")),
    ).where(_back.happened_at >= start, _back.happened_at < end)
    return union_all(_joined(taken, _taken), _joined(back, _back)).subquery("movement")


async def accounts(connection: AsyncConnection, days: Days, regie_id: UUID | None) -> Rows:
    """Totals by régie and contract. Amounts in cents of euros; what came in another currency is only counted."""
    moved = _movements(days)
    columns = moved.c
    is_taken, is_euro = columns.kind == TAKEN, columns.currency == EURO

    def count(condition: Any, name: str) -> Any:  # noqa: ANN401
        return func.count().filter(condition).label(name)

    def cents(condition: Any, name: str) -> Any:  # noqa: ANN401
        return func.coalesce(func.sum(case((condition, columns.amount_cents), else_=0)), 0).label(name)

    key = (columns.regie_id, columns.protocol, columns.site, columns.mode)
    statement = (
        select(
            *key,
            func.max(columns.shop_name).label("shop_name"),
            count(is_taken, "taken_count"),
            cents(is_taken & is_euro, "taken_cents"),
            count(~is_taken, "returned_count"),
            cents(~is_taken & is_euro, "returned_cents"),
            cents(is_euro, "net_cents"),
            count(columns.decision == "to_decide", "undecided_count"),
            count(~is_euro, "other_currency_count"),
        )
        .group_by(*key)
        .order_by(*key)
    )
    if regie_id:
        statement = statement.where(columns.regie_id == regie_id)
    return (await connection.execute(statement)).all()


async def movements(
    connection: AsyncConnection, days: Days, regie_id: UUID | None, cursor: UUID | None = None, limit: int | None = None
) -> Rows:
    """What moved, in the order in which it became known."""
    moved = _movements(days)
    statement = select(moved).order_by(moved.c.movement_id).limit(limit)
    if regie_id:
        statement = statement.where(moved.c.regie_id == regie_id)
    if cursor:
        statement = statement.where(moved.c.movement_id > cursor)
    return (await connection.execute(statement)).all()


async def instants_around(
    connection: AsyncConnection, days: Days, regie_id: UUID | None
) -> tuple[datetime | None, datetime | None]:
    """The last movement before these days, and the first after."""
    start, end = days.bounds

    def nearest(source: Any, extreme: Any, condition: Any) -> Any:  # noqa: ANN401
        statement = select(extreme(source.happened_at)).where(condition)
        if regie_id:
            statement = statement.join(payment, payment.c.payment_id == source.payment_id)
            statement = statement.where(payment.c.regie_id == regie_id)
        return statement.scalar_subquery()

    row: AnyRow = (
        await connection.execute(
            select(
                func.greatest(*(nearest(s, func.max, s.happened_at < start) for s in (_taken, _back))),
                func.least(*(nearest(s, func.min, s.happened_at >= end) for s in (_taken, _back))),
            )
        )
    ).one()
    return row[0], row[1]
