"""Requests to reset passwords in SQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from identity.adapters.tables import password_reset as table
from identity.domain.resets import Reset

RESET_MAILS = "reset-mails"
"""The job that sends what is due."""

_BATCH = 20


class SqlResetStore:
    """Implements ``ResetStore`` in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection
        self._tenant_id = transaction.tenant_id

    async def add(self, reset: Reset) -> None:
        """A new request, to be sent as soon as possible; the same form sent twice makes one."""
        await self._connection.execute(
            insert(table)
            .values(
                tenant_id=self._tenant_id,
                reset_id=reset.reset_id,
                requested_name=None if reset.account_id else reset.requested_name,
                requested_at=reset.requested_at,
                account_id=reset.account_id,
                next_try_at=reset.requested_at,
                asked_with=reset.asked_with,
            )
            .on_conflict_do_nothing(
                index_elements=["tenant_id", "asked_with"], index_where=table.c.asked_with.is_not(None)
            )
        )
        self._transaction.wake(RESET_MAILS)

    async def by_token(self, token_hash: bytes) -> Reset | None:
        """The request of a link."""
        row = (await self._connection.execute(select(table).where(table.c.token_hash == token_hash))).one_or_none()
        return _reset(row) if row else None

    async def use(self, account_id: UUID, form: bytes | None = None) -> None:
        """Ends every link of an account; ``form`` is the one that used one of them."""
        await self._connection.execute(
            update(table)
            .where(table.c.account_id == account_id, ~table.c.used)
            .values(used=True, next_try_at=None, used_with=form)
        )

    async def due(self, now: datetime) -> list[Reset]:
        """Requests whose mail is to be sent, oldest first; a few at a time."""
        rows = await self._connection.execute(
            select(table).where(table.c.next_try_at <= now).order_by(table.c.next_try_at).limit(_BATCH)
        )
        return [_reset(row) for row in rows]

    async def sent_since(self, account_id: UUID, since: datetime) -> int:
        """How many mails an account was sent."""
        count = await self._connection.scalar(
            select(func.count()).where(table.c.account_id == account_id, table.c.sent_at > since)
        )
        return count or 0

    async def prepare(self, reset: Reset, token_hash: bytes, next_try_at: datetime) -> None:
        """Keeps the account and the link's hash before the mail leaves, and when to try again if it does not."""
        await self._connection.execute(
            update(table)
            .where(table.c.reset_id == reset.reset_id)
            .values(
                requested_name=None,
                account_id=reset.account_id,
                token_hash=token_hash,
                expires_at=reset.expires_at,
                sendings=reset.sendings,
                next_try_at=next_try_at,
            )
        )

    async def close(self, reset_id: UUID, *, sent_at: datetime | None) -> None:
        """No mail is to be sent any more: it was, or never will be. Forgets the name that was typed."""
        await self._connection.execute(
            update(table)
            .where(table.c.reset_id == reset_id)
            .values(requested_name=None, next_try_at=None, sent_at=sent_at)
        )


def _reset(row: Any) -> Reset:  # noqa: ANN401 - a row of the table
    return Reset(
        reset_id=row.reset_id,
        requested_name=row.requested_name,
        requested_at=row.requested_at,
        account_id=row.account_id,
        expires_at=row.expires_at,
        used=row.used,
        sendings=row.sendings,
        asked_with=row.asked_with,
        used_with=row.used_with,
    )
