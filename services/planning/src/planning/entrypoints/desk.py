"""Where families look and commit: those of a commune that come at once are served at once, each whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID
from weakref import WeakKeyDictionary

import asyncpg

from chassis.batching import Batcher
from chassis.database import Transaction
from chassis.outbox import OUTBOX
from chassis.runtime import Runtime
from chassis.tracing import current_traceparent
from planning.adapters.absence_store import SqlAbsenceStore
from planning.adapters.advanced_store import SqlAdvancedDraftStore
from planning.adapters.basket_store import Sent, commit_baskets
from planning.adapters.commune_calendars import CalendarCache
from planning.adapters.custody_store import SqlCustodyStore
from planning.adapters.offer_store import SqlOfferStore
from planning.adapters.outlook_store import Look, SqlOutlookStore, look
from planning.adapters.presence_charge_store import SqlPresenceChargeStore
from planning.adapters.waiting_store import GIVE_PLACES
from planning.adapters.withdrawal_store import SqlWithdrawalStore
from planning.adapters.writing_store import SqlWritingStore
from planning.application.ports import Basket
from planning.domain.activities import Activity
from planning.domain.calendars import Holidays
from planning.entrypoints.settings import settings_of


@dataclass(frozen=True)
class AtWork:
    """What is being read, and what is being committed."""

    looking: Batcher[UUID, Look, asyncpg.Record]
    committing: Batcher[UUID, Sent, bool]


class Desk:
    """Of one running service."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._calendars = CalendarCache()
        self._at_work = AtWork(Batcher(self._look), Batcher(self._commit))

    def looking(self, tenant_id: UUID) -> "BasketDesk":
        """Looks at the families of a commune, and commits their baskets; no transaction is held in between."""
        return BasketDesk(self._runtime, tenant_id, self._calendars, self._at_work)

    def drafting(self, transaction: Transaction) -> SqlAdvancedDraftStore:
        """Writes drafts in a transaction."""
        return SqlAdvancedDraftStore(transaction, self._calendars)

    async def published(self, transaction: Transaction) -> tuple[Mapping[UUID, Activity], Holidays]:
        """What the commune has published: its activities with their calendars, and its holidays."""
        return await SqlWritingStore(transaction, self._calendars).published()

    def withdrawing(self, transaction: Transaction) -> SqlWithdrawalStore:
        """Cancels what a calendar closed, in a transaction."""
        return SqlWithdrawalStore(transaction, self._calendars)

    def offering(self, transaction: Transaction) -> SqlOfferStore:
        """Writes waiting lists, and gives places on, in a transaction."""
        return SqlOfferStore(transaction, self._calendars)

    def absences(self, transaction: Transaction) -> SqlAbsenceStore:
        """Writes absences in a transaction."""
        return SqlAbsenceStore(transaction, self._calendars, settings_of(self._runtime).secret_box)

    def sharing(self, transaction: Transaction) -> SqlCustodyStore:
        """Writes how two homes share a child's days, in a transaction."""
        return SqlCustodyStore(transaction, self._calendars)

    def charging_presences(self, transaction: Transaction) -> SqlPresenceChargeStore:
        """Bills presences without booking, in a transaction."""
        return SqlPresenceChargeStore(transaction, self._calendars)

    async def _look(self, tenant_id: UUID, looks: Sequence[Look]) -> Sequence[asyncpg.Record]:
        return await look(self._runtime.database, tenant_id, looks)

    async def _commit(self, tenant_id: UUID, sent: Sequence[Sent]) -> Sequence[bool]:
        database = self._runtime.database
        done = await commit_baskets(database, self._runtime.service, tenant_id, sent)
        database.wake(OUTBOX, tenant_id)
        if any(each.basket.cancelled for each in sent):
            database.wake(GIVE_PLACES, tenant_id)
        return done


class BasketDesk(SqlOutlookStore):
    """Of one commune."""

    def __init__(self, runtime: Runtime, tenant_id: UUID, calendars: CalendarCache, at_work: AtWork) -> None:
        super().__init__(runtime.database, tenant_id, runtime.clock, calendars)
        self._at_work = at_work

    async def look(self, asked: Look) -> asyncpg.Record:
        """Reads a family together with others."""
        return await self._at_work.looking.do(self.tenant_id, asked)

    async def commit(self, basket: Basket) -> bool:
        """Commits a basket together with others; answers once it is durable."""
        return await self._at_work.committing.do(self.tenant_id, Sent(basket, current_traceparent()))


_desks: WeakKeyDictionary[Runtime, Desk] = WeakKeyDictionary()


def desk_of(runtime: Runtime) -> Desk:
    """The service's desk."""
    if runtime not in _desks:
        _desks[runtime] = Desk(runtime)
    return _desks[runtime]
