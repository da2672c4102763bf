"""What the banks say they took and that is in no payment, and what somebody dealt with."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from payment_gateway.adapters.queries import Rows
from payment_gateway.adapters.scoped import Scoped
from payment_gateway.adapters.tables import unplaced_dealt_with
from payment_gateway.application.ports import Times

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
_TO_SEE = """
    (cast(:message_id as uuid) is null or m.message_id = :message_id)
    and not exists (select from unplaced_dealt_with d where d.message_id = m.message_id)
"""
# A browser's word moves nothing; where the payment did not succeed either, the bank may have taken money in silence.
_UNPLACED = text(
    f"""
    select {_COLUMNS} from bank_message m
    left join payment_attempt a using (tenant_id, attempt_id) left join payment p using (tenant_id, payment_id)
    where m.verdict in ('unknown-attempt', 'reference-mismatch', 'other-shop', 'transaction-elsewhere')
        and m.received_at > :first and (m.kind = 'accepted' or m.verdict = 'other-shop')
        and (m.verdict = 'transaction-elsewhere' or {_IN_NO_PAYMENT}) and {_TO_SEE}
    union all
    select {_COLUMNS} from payment p
    join payment_attempt a using (tenant_id, payment_id) join bank_message m using (tenant_id, attempt_id)
    where p.status in ('requested', 'in_progress', 'expired', 'cancelled', 'refused') and p.created_at > :created
        and m.verdict = 'display-only' and m.kind = 'accepted' and m.received_at between :first and :last
        and {_IN_NO_PAYMENT} and {_TO_SEE}
    order by message_id desc limit :most
    """  # noqa: S608 - nothing of it comes from outside
)
_DEALT_WITH = text(
    f"""
    select {_COLUMNS}, d.reason, d.dealt_by, d.dealt_at from unplaced_dealt_with d
    join bank_message m using (tenant_id, message_id)
    left join payment_attempt a using (tenant_id, attempt_id) left join payment p using (tenant_id, payment_id)
    order by d.dealt_at desc, message_id limit :most
    """  # noqa: S608 - nothing of it comes from outside
)


async def unplaced_money(connection: AsyncConnection, times: Times, message_id: UUID | None = None) -> Rows:
    """Signed acceptances of the last 60 days that moved nothing, or one of them; the latest first."""
    values = {
        "first": times.real_now - _LONGEST,
        "last": times.real_now - _PATIENCE,
        "created": times.now - _LONGEST,
        "message_id": message_id,
        "most": _MOST,
    }
    return (await connection.execute(_UNPLACED, values)).all()


async def dealt_with(connection: AsyncConnection) -> Rows:
    """What somebody dealt with, the latest note first."""
    return (await connection.execute(_DEALT_WITH, {"most": _MOST})).all()


class SqlUnplaced(Scoped):
    """What one commune dealt with."""

    async def is_unplaced(self, message_id: UUID, times: Times) -> bool:
        """Whether it is listed."""
        return bool(await unplaced_money(self._connection, times, message_id))

    async def dealt_with_by(self, message_id: UUID) -> UUID | None:
        """Who dealt with it."""
        columns = unplaced_dealt_with.c
        found: UUID | None = await self._connection.scalar(
            select(columns.dealt_by).where(columns.message_id == message_id)
        )
        return found

    async def deal_with(self, message_id: UUID, reason: str, *, by: UUID, real_now: datetime) -> UUID | None:
        """Notes it unless it is noted; the one who did."""
        values = {**self._tenant, "message_id": message_id, "reason": reason, "dealt_by": by, "dealt_at": real_now}
        await self._connection.execute(insert(unplaced_dealt_with).values(values).on_conflict_do_nothing())
        return await self.dealt_with_by(message_id)
