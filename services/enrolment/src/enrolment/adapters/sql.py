"""How the parts of the store reach the database."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult, text

from chassis.database import Transaction


class SqlPart:
    """A part of the store on one transaction. Row-level security keeps every statement within the commune."""

    def __init__(self, transaction: Transaction, time_zone: str) -> None:
        self._transaction = transaction
        self._time_zone = time_zone

    async def _run(self, statement: str, **values: object) -> CursorResult[Any]:
        """Runs one statement; ``:tenant_id`` is always given."""
        return await self._transaction.connection.execute(
            text(statement), {"tenant_id": self._transaction.tenant_id, **values}
        )


def as_json(rows: Sequence[Mapping[str, object]]) -> str:
    """Rows for ``jsonb_to_recordset``: many rows travel in one statement."""
    return json.dumps(rows, default=str, ensure_ascii=False)
