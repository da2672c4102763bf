"""The entrance in PostgreSQL: one round trip for all who come at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from chassis.database import Transaction
from planning.domain.entrance import Terms

_ENTER = """
    select family_id, opens_at from enter(
        cast(:families as uuid[]), cast(:now as timestamptz), cast(:apart as interval), cast(:at_once as int),
        cast(:good_for as interval))
"""


class SqlEntranceStore:
    """Implements ``EntranceStore``."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def enter(
        self, families: Sequence[UUID], now: datetime, terms: Terms, good_for: timedelta
    ) -> Mapping[UUID, datetime]:
        """Calls the database's function ``enter``."""
        values = {
            "families": list(families),
            "now": now,
            "apart": terms.apart,
            "at_once": terms.at_once,
            "good_for": good_for,
        }
        rows = await self._transaction.connection.execute(text(_ENTER), values)
        return {row.family_id: row.opens_at for row in rows}

    async def forget(self, opened_before: datetime) -> None:
        """Deletes the turns of before."""
        statement = text("delete from entrance_ticket where opens_at < :opened_before")
        await self._transaction.connection.execute(statement, {"opened_before": opened_before})
