"""What every store that writes in a transaction has: locks, calendars as published, places, the trail, events."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from chassis.database import PLAN_ONCE, Transaction
from chassis.outbox import Outgoing
from planning.adapters.commune_calendars import VERSION, CalendarCache
from planning.adapters.outlook_store import SqlOutlookStore
from planning.adapters.trail_store import write_trail
from planning.domain.activities import Activity
from planning.domain.calendars import Holidays
from planning.domain.counters import Taking
from planning.domain.limits import CountedSlot
from planning.domain.trail import Trace

CALENDARS_LOCK = "hashtextextended('calendars ' || current_setting('app.tenant_id'), 0)"
"""Shared by drafts and commits, exclusive for a change of calendar, so that capacity and rules stand still."""
MEMBER_LOCK = "hashtextextended('member ' || cast(cast(:member_id as uuid) as text), 0)"
"""As in ``commit_baskets``: nothing else books for the member meanwhile."""

_HOLD = """
    select hold_places(cast(:activities as uuid[]), cast(:days as date[]), cast(:slots as text[]),
                       cast(:counters as text[]), cast(:places as int[]), cast(:limits as int[])) as held
"""


class SqlWritingStore(SqlOutlookStore):
    """The writing side, in one transaction."""

    def __init__(self, transaction: Transaction, calendars: CalendarCache) -> None:
        super().__init__(transaction, transaction.tenant_id, transaction.clock, calendars)
        self.transaction = transaction

    async def hold_calendars(self) -> None:
        """Calendars stand still until the end of the transaction."""
        await self.run(f"select pg_advisory_xact_lock_shared({CALENDARS_LOCK}), {PLAN_ONCE}")

    async def lock_calendars(self) -> None:
        """Waits for the baskets being committed and makes the next ones wait."""
        await self.run(f"select pg_advisory_xact_lock({CALENDARS_LOCK})")

    async def hold_member(self, member_id: UUID) -> None:
        """Calendars stand still, and nothing else books for a member meanwhile."""
        await self.hold_calendars()
        await self.run(f"select pg_advisory_xact_lock({MEMBER_LOCK})", member_id=member_id)

    async def published(self) -> tuple[Mapping[UUID, Activity], Holidays]:
        """The commune's activities with their calendars, and its holidays."""
        ((version,),) = await self.transaction.ask(f"select ({VERSION})")
        calendars = await self.calendars_of(version)
        return calendars.activities, calendars.holidays

    async def activities(self) -> Mapping[UUID, Activity]:
        """The commune's activities, with their calendars."""
        activities, _ = await self.published()
        return activities

    async def hold_places(self, net: Mapping[CountedSlot, Taking]) -> bool:
        """Takes or gives back places; False, and nothing is changed, when one would be too many."""
        rows = await self.run(
            _HOLD,
            activities=[counted.activity_id for counted in net],
            days=[counted.day for counted in net],
            slots=[counted.slot for counted in net],
            counters=[counted.counter for counted in net],
            places=[taking.places for taking in net.values()],
            limits=[taking.limit for taking in net.values()],
        )
        return bool(rows[0].held)

    async def trace(self, traces: Sequence[Trace]) -> None:
        """Adds to the trail."""
        await write_trail(self.transaction, traces)

    async def publish(self, events: Sequence[Outgoing]) -> None:
        """Publishes if and only if the transaction commits."""
        await self.transaction.publish_all(events)

    async def run(self, statement: str, **values: object) -> Sequence[Row[Any]]:
        """A statement's rows; ``tenant_id`` is given to those that name it."""
        if ":tenant_id" in statement:
            values["tenant_id"] = self.tenant_id
        result = await self.transaction.connection.execute(text(statement), values)
        return result.all() if result.returns_rows else []
