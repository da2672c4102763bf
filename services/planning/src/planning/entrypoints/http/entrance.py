"""Lets a family in, or tells it its rank and time, before anything is opened for its request."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from weakref import WeakKeyDictionary

from cachetools import TTLCache
from prometheus_client import Counter

from chassis.batching import Batcher
from chassis.http.scope import PortalRoute, RequestScope
from chassis.runtime import Runtime
from planning.adapters.entrance_store import SqlEntranceStore
from planning.application.enter import enter
from planning.domain.entrance import GOOD_FOR, NotYetInError, let_in
from planning.entrypoints.settings import settings_of

_MOST_REMEMBERED = 100_000
_ENTRANCE = Counter("portail_entrance_total", "Families that came to the planning", ["outcome"])


class Entrance:
    """Of one running service. Who is in costs nothing more; those who come at once are asked about at once."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._terms = settings_of(runtime).entrance_terms
        self._turns: TTLCache[tuple[UUID, UUID], datetime] = TTLCache(_MOST_REMEMBERED, GOOD_FOR.total_seconds())
        self._asking: Batcher[UUID, UUID, datetime] = Batcher(self._ask, most=500)

    async def let_in(self, tenant_id: UUID, family_id: UUID) -> None:
        """Returns when the family may go on. Raises ``NotYetInError``."""
        opens_at = self._turns.get((tenant_id, family_id))
        if opens_at is None:
            opens_at = self._turns[tenant_id, family_id] = await self._asking.do(tenant_id, family_id)
        try:
            let_in(opens_at, self._terms, self._runtime.clock.real_now())
        except NotYetInError:
            _ENTRANCE.labels("waits").inc()
            raise
        _ENTRANCE.labels("in").inc()

    async def _ask(self, tenant_id: UUID, families: Sequence[UUID]) -> Sequence[datetime]:
        store = SqlEntranceStore(self._runtime.database, tenant_id)
        return await enter(store, families, self._runtime.clock.real_now(), self._terms)


_entrances: WeakKeyDictionary[Runtime, Entrance] = WeakKeyDictionary()


class EntranceRoute(PortalRoute):
    """A route of families that is behind the entrance."""

    async def admit(self, scope: RequestScope) -> None:
        """Raises ``NotYetInError``."""
        family_id = (await scope.principal()).family_id
        if family_id is not None:  # someone without a family is refused further on
            await _entrance_of(scope.runtime).let_in((await scope.tenant()).id, family_id)


def _entrance_of(runtime: Runtime) -> Entrance:
    if runtime not in _entrances:
        _entrances[runtime] = Entrance(runtime)
    return _entrances[runtime]
