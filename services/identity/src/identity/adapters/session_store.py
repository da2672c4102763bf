"""Sessions in SQL."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from chassis.database import Transaction
from identity.adapters.tables import refresh_token
from identity.adapters.tables import session as table
from identity.domain.sessions import Session


class SqlSessionStore:
    """Implements ``SessionStore`` in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._tenant_id = transaction.tenant_id

    async def by_id(self, session_id: UUID) -> Session | None:
        """The session, its row locked."""
        statement = select(table).where(table.c.session_id == session_id).with_for_update()
        row = (await self._connection.execute(statement)).one_or_none()
        return _session(row) if row else None

    async def by_token(self, token_hash: bytes) -> tuple[Session, int] | None:
        """The session of a refresh token, its row locked, and the token's generation."""
        token = (
            await self._connection.execute(select(refresh_token).where(refresh_token.c.token_hash == token_hash))
        ).one_or_none()
        session = await self.by_id(token.session_id) if token else None
        return (session, token.generation) if token and session else None

    async def add(self, session: Session) -> None:
        """A new session."""
        await self._connection.execute(
            insert(table).values(
                tenant_id=self._tenant_id,
                session_id=session.session_id,
                account_id=session.account_id,
                expires_at=session.expires_at,
                generation=session.generation,
                rotated_at=session.rotated_at,
                ended=session.ended,
            )
        )

    async def save(self, session: Session) -> None:
        """The new state of a session whose row is locked."""
        await self._connection.execute(
            update(table)
            .where(table.c.session_id == session.session_id)
            .values(generation=session.generation, rotated_at=session.rotated_at, ended=session.ended)
        )

    async def add_token(self, session_id: UUID, token_hash: bytes, generation: int) -> None:
        """A refresh token of a session."""
        await self._connection.execute(
            insert(refresh_token).values(
                tenant_id=self._tenant_id, token_hash=token_hash, session_id=session_id, generation=generation
            )
        )

    async def end(self, session_id: UUID) -> None:
        """Ends a session, if it is there."""
        await self._connection.execute(update(table).where(table.c.session_id == session_id).values(ended=True))

    async def end_all(self, account_id: UUID, *, but: UUID | None = None) -> None:
        """Ends the sessions of an account."""
        statement = update(table).where(table.c.account_id == account_id, ~table.c.ended).values(ended=True)
        await self._connection.execute(statement.where(table.c.session_id != but) if but else statement)


def _session(row: Any) -> Session:  # noqa: ANN401 - a row of the table
    return Session(
        session_id=row.session_id,
        account_id=row.account_id,
        expires_at=row.expires_at,
        generation=row.generation,
        rotated_at=row.rotated_at,
        ended=row.ended,
    )
