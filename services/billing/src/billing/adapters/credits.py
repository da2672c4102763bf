"""Families' credits in SQL, each with the régie that holds the money.

The credit of a surplus that was received before its régie was kept is that of the payment it came of.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from billing.domain.deduction import Credit
from chassis.database import Transaction

_HELD = """
    select coalesce(s.regie_id, p.regie_id) as regie_id, u.source_id,
           sum(u.cents)::bigint as cents
    from payment_use u
    left join surplus s on s.tenant_id = u.tenant_id and s.surplus_id = u.source_id
    left join invoice_payment p on p.tenant_id = u.tenant_id and p.payment_id = coalesce(s.payment_id, u.source_id)
    where u.family_id = :family and u.invoice_id is null
    group by 1, 2 having sum(u.cents) <> 0
    order by u.source_id
"""
_BY_REGIE = text(f"select regie_id, source_id, cents from ({_HELD}) as held where regie_id is not null")  # noqa: S608 - ours
# What gives money back locks the same rows before it looks where the money lies.
_LOCK_PAYMENTS = text("select 1 from invoice_payment where payment_id = any(:sources) order by payment_id for update")
_LOCK_SURPLUSES = text("select 1 from surplus where surplus_id = any(:sources) order by surplus_id for update")


async def credits_by_regie(transaction: Transaction, family_id: UUID) -> dict[UUID, list[Credit]]:
    """What lies at a family's credit, the oldest first, by the régie that holds it."""
    found: dict[UUID, list[Credit]] = {}
    for regie_id, source_id, cents in await transaction.connection.execute(_BY_REGIE, {"family": family_id}):
        found.setdefault(regie_id, []).append(Credit(source_id, cents))
    return found


async def lock_credits(transaction: Transaction, sources: Sequence[UUID]) -> None:
    """Keeps these credits as they are until the transaction ends."""
    for statement in (_LOCK_PAYMENTS, _LOCK_SURPLUSES):
        await transaction.connection.execute(statement, {"sources": list(sources)})
