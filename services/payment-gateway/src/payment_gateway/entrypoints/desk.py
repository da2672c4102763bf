"""Where the banks' messages are taken: those that come at once are kept at once, and judged at once."""

from collections.abc import Sequence
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog

from chassis.batching import Batcher
from chassis.errors import NotFoundError
from chassis.runtime import Runtime
from payment_gateway.adapters.gathered_store import GatheredStore
from payment_gateway.adapters.protocols import PROTOCOLS
from payment_gateway.application.judge_messages import judge_messages
from payment_gateway.application.ports import Times
from payment_gateway.application.receive_message import Arrival, receive_messages
from payment_gateway.domain.judgement import Verdict
from payment_gateway.entrypoints.wiring import box_of, count_verdict

_log = structlog.get_logger(__name__)


class Desk:
    """Of one running service. Each method answers once its transaction, shared with others, is committed."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._keeping: Batcher[UUID, Arrival, UUID | None] = Batcher(self._keep)
        self._judging: Batcher[UUID, UUID, Verdict | None] = Batcher(self._judge)

    async def keep(self, tenant_id: UUID, arrival: Arrival) -> UUID:
        """Keeps a message. Raises ``NotFoundError`` for one that is not kept."""
        message_id = await self._keeping.do(tenant_id, arrival)
        if message_id is None:
            raise NotFoundError
        return message_id

    async def judge(self, tenant_id: UUID, message_id: UUID) -> Verdict | None:
        """Judges a kept message; None when that was done before."""
        return await self._judging.do(tenant_id, message_id)

    async def _keep(self, tenant_id: UUID, arrivals: Sequence[Arrival]) -> Sequence[UUID | None]:
        async with self._runtime.transaction(tenant_id) as transaction:
            store = GatheredStore(transaction, box_of(self._runtime))
            return await receive_messages(store, PROTOCOLS, arrivals, self._runtime.clock.real_now())

    async def _judge(self, tenant_id: UUID, message_ids: Sequence[UUID]) -> Sequence[Verdict | None]:
        async with self._runtime.transaction(tenant_id) as transaction:
            times = Times(transaction.now(), self._runtime.clock.real_now())
            store = GatheredStore(transaction, box_of(self._runtime))
            return await judge_messages(store, PROTOCOLS, message_ids, times)


_desks: WeakKeyDictionary[Runtime, Desk] = WeakKeyDictionary()


def desk_of(runtime: Runtime) -> Desk:
    """The service's desk."""
    if runtime not in _desks:
        _desks[runtime] = Desk(runtime)
    return _desks[runtime]


async def judge_kept_message(runtime: Runtime, tenant_id: UUID, message_id: UUID) -> None:
    """Judges a message. A failure is logged: the job tries again."""
    try:
        verdict = await desk_of(runtime).judge(tenant_id, message_id)
    except Exception:
        _log.exception("bank_message_not_judged", bank_message=str(message_id))
        return
    if verdict:
        count_verdict(verdict, bank_message=str(message_id))
