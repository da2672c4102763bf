"""Reads for the town hall's pages, and the removal of what is no longer needed."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.adapters.account_store import read_account
from identity.adapters.tables import account, session
from identity.domain.accounts import Account
from identity.domain.throttling import KNOWN_ADDRESS

_KEPT = timedelta(days=7)


async def list_accounts(
    connection: AsyncConnection,
    *,
    family_id: UUID | None,
    staff: bool,
    query: str | None,
    after: str | None,
    limit: int,
) -> list[Account]:
    """Accounts by user name, after the one named ``after``; ``staff``: those of the town hall only."""
    statement = select(account).order_by(account.c.user_name).limit(limit)
    if family_id:
        statement = statement.where(account.c.family_id == family_id)
    if staff:
        statement = statement.where(account.c.family_id.is_(None))
    if query:
        columns = (account.c.user_name, account.c.display_name, account.c.email)
        statement = statement.where(or_(*(column.icontains(query, autoescape=True) for column in columns)))
    if after:
        statement = statement.where(account.c.user_name > after)
    return [read_account(row) for row in (await connection.execute(statement)).mappings()]


async def is_open(connection: AsyncConnection, session_id: UUID, now: datetime) -> bool:
    """Whether a session still goes on. Reads one row by its key and locks nothing."""
    statement = select(session.c.session_id).where(
        session.c.session_id == session_id, ~session.c.ended, session.c.expires_at > now
    )
    return (await connection.execute(statement)).first() is not None


async def remove_old(connection: AsyncConnection, now: datetime) -> None:
    """Deletes a commune's sessions, tallies and requests that have served."""
    moments = {"limit": now - _KEPT, "known_since": now - KNOWN_ADDRESS}
    for statement in (
        "delete from session where expires_at < :limit or (ended and rotated_at < :limit)",
        "delete from attempt where as_of < :limit and (succeeded_at is null or succeeded_at < :known_since)",
        "delete from password_reset where requested_at < :limit",
    ):
        await connection.execute(text(statement), moments)
