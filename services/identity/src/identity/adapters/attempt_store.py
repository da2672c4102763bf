"""Tallies of failed attempts in SQL, set-based and locked in one order."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from identity.adapters.tables import attempt
from identity.application.ports import AttemptKey
from identity.domain.throttling import Kind, Tally


class SqlAttemptStore:
    """Implements ``AttemptStore`` in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection
        self._tenant_id = transaction.tenant_id

    async def lock(self, keys: Sequence[AttemptKey], now: datetime) -> dict[AttemptKey, Tally]:
        """The tallies, made when there are none, their rows locked."""
        pairs = sorted((key.kind.value, key.digest) for key in keys)
        new = [
            {"tenant_id": self._tenant_id, "kind": kind, "digest": digest, "level": 0.0, "as_of": now}
            for kind, digest in pairs
        ]
        await self._connection.execute(insert(attempt).values(new).on_conflict_do_nothing())
        rows = await self._connection.execute(
            select(attempt)
            .where(tuple_(attempt.c.kind, attempt.c.digest).in_(pairs))
            .order_by(attempt.c.kind, attempt.c.digest)
            .with_for_update()
        )
        return {
            AttemptKey(Kind(row.kind), row.digest): Tally(row.level, row.as_of, row.blocked_until, row.succeeded_at)
            for row in rows
        }

    async def save(self, tallies: Mapping[AttemptKey, Tally]) -> None:
        """The new state of locked tallies."""
        statement = (
            update(attempt)
            .where(attempt.c.kind == bindparam("of_kind"), attempt.c.digest == bindparam("of_digest"))
            .values(
                level=bindparam("new_level"),
                as_of=bindparam("new_as_of"),
                blocked_until=bindparam("new_blocked_until"),
                succeeded_at=bindparam("new_succeeded_at"),
            )
        )
        await self._connection.execute(
            statement,
            [
                {
                    "of_kind": key.kind.value,
                    "of_digest": key.digest,
                    "new_level": tally.level,
                    "new_as_of": tally.as_of,
                    "new_blocked_until": tally.blocked_until,
                    "new_succeeded_at": tally.succeeded_at,
                }
                for key, tally in tallies.items()
            ],
        )
