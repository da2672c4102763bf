"""Statements that go straight through asyncpg: within a transaction, or each a transaction of its own."""

from collections.abc import Sequence
from typing import Protocol

import asyncpg

ENTER = "set_config('app.tenant_id', $1::text, true)"
"""The first thing such a statement selects, ``$1`` being the commune: what follows it sees that commune's rows."""
ENTERED = f"with entered as materialized (select {ENTER} as commune)"
"""Begins a statement of several parts: one that must see that commune's rows waits by naming ``entered.commune``."""


class Asks(Protocol):
    """A ``chassis.database.Database`` or one of its transactions."""

    async def ask(self, statement: str, *arguments: object) -> Sequence[asyncpg.Record]:
        """The statement's rows."""
        ...
