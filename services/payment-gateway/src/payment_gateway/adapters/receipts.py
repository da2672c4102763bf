"""What a receipt says, read from the ledger."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.events.payment_gateway import BankReceipt
from payment_gateway.adapters.queries import RETURNED, AnyRow
from payment_gateway.adapters.tables import bank_transaction, merchant_contract, payment, payment_attempt
from payment_gateway.domain.judgement import TransactionOutcome

_RECEIPTS = (
    select(
        payment.c.payment_id,
        payment.c.label,
        bank_transaction.c.amount_cents,
        payment.c.settled_at.label("paid_at"),
        merchant_contract.c.terms["shop_name"].as_string().label("regie_name"),
        payment_attempt.c.reference,
        bank_transaction.c.transaction_id,
        merchant_contract.c.mode,
        RETURNED,
    )
    .join(bank_transaction, bank_transaction.c.payment_id == payment.c.payment_id)
    .join(payment_attempt, payment_attempt.c.attempt_id == bank_transaction.c.attempt_id)
    .join(merchant_contract, merchant_contract.c.contract_id == payment_attempt.c.contract_id)
    .where(bank_transaction.c.outcome == TransactionOutcome.SETTLED)
)


async def receipt_of(connection: AsyncConnection, payment_id: UUID, family_id: UUID | None) -> AnyRow | None:
    """The receipt of a settled payment, of the given family only when one is given."""
    statement = _RECEIPTS.where(payment.c.payment_id == payment_id)
    if family_id:
        statement = statement.where(payment.c.family_id == family_id)
    return (await connection.execute(statement)).one_or_none()


async def bank_receipts(connection: AsyncConnection, payment_ids: Sequence[UUID]) -> dict[UUID, BankReceipt]:
    """What other services are told of the bank, by payment, of those that are settled."""
    rows = await connection.execute(_RECEIPTS.where(payment.c.payment_id.in_(payment_ids)))
    return {
        row.payment_id: BankReceipt(
            regie_name=row.regie_name, reference=row.reference, transaction_id=row.transaction_id
        )
        for row in rows
    }
