"""What the régie reads of money that its bank does not confirm."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from payment_gateway.adapters.queries import Rows
from payment_gateway.adapters.refund_store import LEFT_CENTS
from payment_gateway.adapters.tables import bank_transaction, payment, payment_attempt, unconfirmed_money
from payment_gateway.domain.judgement import TransactionOutcome

_MOST = 100


async def unconfirmed(
    connection: AsyncConnection, *, payment_id: UUID | None = None, is_decided: bool | None = None
) -> Rows:
    """Of a payment, or of all that is, or is not, decided; the latest found first."""
    columns = unconfirmed_money.c
    statement = (
        select(
            unconfirmed_money,
            bank_transaction.c.payment_id,
            bank_transaction.c.transaction_id,
            bank_transaction.c.amount_cents,
            bank_transaction.c.currency,
            bank_transaction.c.accepted_at,
            LEFT_CENTS,
            (bank_transaction.c.outcome == TransactionOutcome.SETTLED).label("settles"),
            payment.c.family_id,
            payment.c.regie_id,
            payment.c.label,
            payment_attempt.c.reference,
        )
        .join(bank_transaction, bank_transaction.c.movement_id == columns.movement_id)
        .join(payment, payment.c.payment_id == bank_transaction.c.payment_id)
        .join(payment_attempt, payment_attempt.c.attempt_id == bank_transaction.c.attempt_id)
        .order_by(columns.found_at.desc(), columns.movement_id)
        .limit(_MOST)
    )
    if payment_id:
        statement = statement.where(bank_transaction.c.payment_id == payment_id)
    if is_decided is not None:
        open_one = columns.decision.is_(None)
        statement = statement.where(~open_one if is_decided else open_one)
    return (await connection.execute(statement)).all()
