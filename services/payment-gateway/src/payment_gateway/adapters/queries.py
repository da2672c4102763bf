"""What the pages of payments read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from payment_gateway.adapters.tables import (
    bank_message,
    bank_reversal,
    bank_transaction,
    merchant_contract,
    payment,
    payment_attempt,
    unconfirmed_money,
)
from payment_gateway.domain.judgement import Decision, TransactionOutcome
from payment_gateway.domain.payment import PaymentStatus

AnyRow = Row[*tuple[Any, ...]]
Rows = Sequence[AnyRow]

_MOST_MESSAGES = 500

_attempts = (
    select(func.count()).where(payment_attempt.c.payment_id == payment.c.payment_id).scalar_subquery().label("attempts")
)
_reference = func.coalesce(
    select(payment_attempt.c.reference)
    .where(payment_attempt.c.payment_id == payment.c.payment_id)
    .order_by((payment_attempt.c.status == PaymentStatus.SUCCEEDED).desc(), payment_attempt.c.number.desc())
    .limit(1)
    .scalar_subquery(),
    payment.c.bank_reference,
).label("bank_reference")
"""The one on the bank's statements: of the attempt that was paid, else of the last one."""
_to_review = or_(
    payment.c.status == PaymentStatus.TO_REVIEW,
    select(bank_transaction)
    .where(bank_transaction.c.payment_id == payment.c.payment_id, bank_transaction.c.decision == Decision.TO_DECIDE)
    .exists(),
    select(bank_transaction)
    .join(unconfirmed_money, unconfirmed_money.c.movement_id == bank_transaction.c.movement_id)
    .where(bank_transaction.c.payment_id == payment.c.payment_id, unconfirmed_money.c.decision.is_(None))
    .exists(),
)
"""Money the bank took that settles nothing and waits for a decision, or that it does not confirm: a person must look.
"""
RETURNED = (
    select(func.coalesce(func.sum(bank_reversal.c.amount_cents), 0))
    .join(
        bank_transaction,
        and_(
            bank_transaction.c.protocol == bank_reversal.c.protocol,
            bank_transaction.c.site == bank_reversal.c.site,
            bank_transaction.c.transaction_id == bank_reversal.c.transaction_id,
        ),
    )
    .where(
        bank_reversal.c.payment_id == payment.c.payment_id,
        bank_transaction.c.outcome == TransactionOutcome.SETTLED,
    )
    .correlate(payment)
    .scalar_subquery()
    .label("returned_cents")
)
"""Cents of what settled a payment that went back, or did not come after all."""


def _payments() -> Select[*tuple[Any, ...]]:
    columns = [column for column in payment.c if column.name not in {"payer", "bank_reference"}]
    return select(*columns, _reference, _attempts, RETURNED, _to_review.label("needs_review"))


async def payment_by_id(connection: AsyncConnection, payment_id: UUID, family_id: UUID | None) -> AnyRow | None:
    """A payment, of the given family only when one is given."""
    statement = _payments().where(payment.c.payment_id == payment_id)
    if family_id:
        statement = statement.where(payment.c.family_id == family_id)
    return (await connection.execute(statement)).one_or_none()


async def payments(
    connection: AsyncConnection,
    *,
    status: PaymentStatus | None,
    family_ids: Sequence[UUID],
    cursor: UUID | None,
    limit: int,
    further: Sequence[ColumnElement[bool]] = (),
) -> Rows:
    """Payments, newest first. ``to_review`` gives all that a person must look at, settled or not.

    ``family_ids`` empty means any family; ``further`` narrows more, see ``payment_search``.
    """
    statement = _payments().order_by(payment.c.payment_id.desc()).limit(limit)
    if status is PaymentStatus.TO_REVIEW:
        statement = statement.where(_to_review)
    elif status:
        statement = statement.where(payment.c.status == status)
    if family_ids:
        statement = statement.where(payment.c.family_id.in_(family_ids))
    statement = statement.where(*further)
    if cursor:
        statement = statement.where(payment.c.payment_id < cursor)
    return (await connection.execute(statement)).all()


async def attempts(connection: AsyncConnection, payment_id: UUID) -> Rows:
    """Attempts of a payment, oldest first, each with its protocol."""
    columns = payment_attempt.c
    statement = (
        select(payment_attempt, merchant_contract.c.protocol, merchant_contract.c.mode)
        .join(merchant_contract, merchant_contract.c.contract_id == columns.contract_id)
        .where(columns.payment_id == payment_id)
        .order_by(columns.number)
    )
    return (await connection.execute(statement.limit(_MOST_MESSAGES))).all()


async def messages(connection: AsyncConnection, payment_id: UUID) -> Rows:
    """Messages about a payment's attempts, oldest first, without their bytes."""
    columns = [column for column in bank_message.c if column.name not in {"raw", "digest"}]
    statement = (
        select(*columns, payment_attempt.c.number)
        .join(payment_attempt, payment_attempt.c.attempt_id == bank_message.c.attempt_id)
        .where(payment_attempt.c.payment_id == payment_id)
        .order_by(bank_message.c.message_id)
        .limit(_MOST_MESSAGES)
    )
    return (await connection.execute(statement)).all()


async def waiting_messages(connection: AsyncConnection, limit: int) -> list[UUID]:
    """Messages kept and not yet judged, oldest first."""
    columns = bank_message.c
    statement = select(columns.message_id).where(columns.verdict.is_(None)).order_by(columns.message_id).limit(limit)
    return list((await connection.scalars(statement)).all())


async def forget_messages(connection: AsyncConnection, before: datetime, limit: int) -> int:
    """Empties the bytes of judged messages received ``before`` then, whose attempt has ended for good; says how many.

    They may name people. What they said of the payment, and their digest, stay.
    """
    columns = bank_message.c
    is_under_way = (
        select(payment_attempt.c.attempt_id)
        .where(
            payment_attempt.c.attempt_id == columns.attempt_id,
            or_(
                payment_attempt.c.status == PaymentStatus.IN_PROGRESS,
                payment_attempt.c.next_question_at.is_not(None),
            ),
        )
        .exists()
    )
    old = (
        select(columns.message_id)
        .where(
            func.octet_length(columns.raw) > 0,
            columns.received_at < before,
            columns.verdict.is_not(None),
            ~is_under_way,
        )
        .limit(limit)
    )
    done = await connection.execute(update(bank_message).where(columns.message_id.in_(old)).values(raw=b""))
    return done.rowcount


async def payment_of_attempt(connection: AsyncConnection, attempt_id: UUID) -> UUID | None:
    """The payment an attempt belongs to."""
    return await connection.scalar(
        select(payment_attempt.c.payment_id).where(payment_attempt.c.attempt_id == attempt_id)
    )


async def surpluses(connection: AsyncConnection, *, decision: Decision | None, cursor: UUID | None, limit: int) -> Rows:
    """Transactions that settle nothing, newest first."""
    columns = bank_transaction.c
    statement = (
        select(
            columns.movement_id,
            columns.payment_id,
            payment.c.family_id,
            payment.c.regie_id,
            payment.c.label,
            columns.amount_cents,
            columns.currency,
            payment.c.amount_cents.label("due_cents"),
            columns.transaction_id,
            columns.reason,
            columns.decision,
            columns.accepted_at.label("received_at"),
        )
        .join(payment, payment.c.payment_id == columns.payment_id)
        .where(columns.decision.is_not(None))
        .order_by(columns.movement_id.desc())
        .limit(limit)
    )
    if decision:
        statement = statement.where(columns.decision == decision)
    if cursor:
        statement = statement.where(columns.movement_id < cursor)
    return (await connection.execute(statement)).all()


async def reversals(connection: AsyncConnection, payment_id: UUID) -> Rows:
    """Money of a payment that went back or did not come, oldest first."""
    columns = bank_reversal.c
    statement = select(bank_reversal).where(columns.payment_id == payment_id).order_by(columns.movement_id)
    return (await connection.execute(statement)).all()
