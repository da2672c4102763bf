"""What the banks say they took and that is in no payment."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from payment_gateway.adapters.queries import Rows

_LONGEST = timedelta(days=60)
"""Beyond, the bank's statement was long compared."""
_PATIENCE = timedelta(hours=1)
"""A browser may be back before the bank's own message, or its answer."""
_MOST = 100

_COLUMNS = """
    m.message_id, m.received_at, m.verdict, m.amount_cents, m.transaction_id, p.payment_id, p.family_id, p.label
"""
_IN_NO_PAYMENT = """
    not exists (select from bank_transaction t
        where t.transaction_id = m.transaction_id and t.protocol = m.protocol)
"""
# A browser's word moves nothing; where the payment did not succeed either, the bank may have taken money in silence.
_UNPLACED = text(
    f"""
    select {_COLUMNS} from bank_message m
    left join payment_attempt a using (tenant_id, attempt_id) left join payment p using (tenant_id, payment_id)
    where m.verdict in ('unknown-attempt', 'reference-mismatch', 'other-shop', 'transaction-elsewhere')
        and m.received_at > :first and (m.kind = 'accepted' or m.verdict = 'other-shop')
        and (m.verdict = 'transaction-elsewhere' or {_IN_NO_PAYMENT})
    union all
    select {_COLUMNS} from payment p
    join payment_attempt a using (tenant_id, payment_id) join bank_message m using (tenant_id, attempt_id)
    where p.status in ('requested', 'in_progress', 'expired', 'cancelled', 'refused') and p.created_at > :created
        and m.verdict = 'display-only' and m.kind = 'accepted' and m.received_at between :first and :last
        and {_IN_NO_PAYMENT}
    order by message_id desc limit :most
    """  # noqa: S608 - nothing of it comes from outside
)


async def unplaced_money(connection: AsyncConnection, *, now: datetime, real_now: datetime) -> Rows:
    """Signed acceptances of the last 60 days that moved nothing, the latest first."""
    between = {"first": real_now - _LONGEST, "last": real_now - _PATIENCE, "created": now - _LONGEST}
    return (await connection.execute(_UNPLACED, {**between, "most": _MOST})).all()
