"""What a régisseur looks payments up by: something on a statement, an amount, a day, a régie."""

from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, union

from payment_gateway.adapters.bank_days import Days
from payment_gateway.adapters.tables import bank_transaction, payment, payment_attempt


def search_conditions(
    *, words: str, amount_cents: int | None, days: Days | None, regie_id: UUID | None
) -> list[ColumnElement[bool]]:
    """Conditions on payments. ``words`` is a reference or a bank's number, whole; case does not matter."""
    conditions: list[ColumnElement[bool]] = []
    if words:
        conditions.append(_named(words))
    if amount_cents is not None:
        conditions.append(payment.c.amount_cents == amount_cents)
    if days is not None:
        start, end = days.bounds
        conditions.append(
            or_(*((column >= start) & (column < end) for column in (payment.c.created_at, payment.c.settled_at)))
        )
    if regie_id is not None:
        conditions.append(payment.c.regie_id == regie_id)
    return conditions


def _named(words: str) -> ColumnElement[bool]:
    """Each way a payment, an attempt or a transaction is named, through an index of its own."""
    written = {words, words.upper(), words.lower()}
    attempts, taken = payment_attempt.c, bank_transaction.c
    found = union(
        select(payment.c.payment_id).where(payment.c.bank_reference.in_(written)),
        select(attempts.payment_id).where(attempts.reference.in_(written)),
        select(attempts.payment_id).where(attempts.handle.in_(written)),
        select(taken.payment_id).where(taken.transaction_id.in_(written)),
        select(taken.payment_id).where(or_(taken.call_number.in_(written), taken.bank_number.in_(written))),
    )
    return payment.c.payment_id.in_(found)
