"""The entrance in PostgreSQL: one round trip, a transaction of its own, for all who come at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from planning.adapters.asking import ENTERED, Asks
from planning.domain.entrance import Terms

_ENTER = f"""
    {ENTERED}
    select turn.family_id, turn.opens_at
    from entered cross join lateral enter(
        case entered.commune when $1 then $2::uuid[] end, $3::timestamptz, $4::interval, $5::int, $6::interval
    ) as turn
"""  # noqa: S608 - ours
"""The families are known only once the commune is set: what gives the turns waits for it."""


class SqlEntranceStore:
    """Implements ``EntranceStore``."""

    def __init__(self, asks: Asks, tenant_id: UUID) -> None:
        self._asks = asks
        self._tenant_id = tenant_id

    async def enter(
        self, families: Sequence[UUID], now: datetime, terms: Terms, good_for: timedelta
    ) -> Mapping[UUID, datetime]:
        """Calls the database's function ``enter``."""
        asked = (list(families), now, terms.apart, terms.at_once, good_for)
        rows = await self._asks.ask(_ENTER, str(self._tenant_id), *asked)
        return {row["family_id"]: row["opens_at"] for row in rows}

    async def forget(self, opened_before: datetime) -> None:
        """Deletes the turns of before."""
        await self._asks.ask("delete from entrance_ticket where opens_at < $1", opened_before)
