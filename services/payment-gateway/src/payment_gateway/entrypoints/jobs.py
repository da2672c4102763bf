"""What happens without anybody asking."""

from chassis.jobs import CommuneJob
from chassis.runtime import Runtime
from chassis.tenants import Tenant
from payment_gateway.adapters import queries
from payment_gateway.application.expire_payments import BATCH, expire_payments
from payment_gateway.entrypoints.wiring import judge_kept_message, store_of

_MESSAGES = 200


async def judge_waiting_messages(runtime: Runtime, tenant: Tenant) -> None:
    """Judges messages that were kept when the process that received them ended."""
    async with runtime.transaction(tenant.id) as transaction:
        waiting = await queries.waiting_messages(transaction.connection, _MESSAGES)
    for message_id in waiting:
        await judge_kept_message(runtime, tenant.id, message_id)


async def expire_silent_payments(runtime: Runtime, tenant: Tenant) -> None:
    """Ends a commune's payments of which the bank says nothing."""
    expired = BATCH
    while expired == BATCH:
        async with runtime.transaction(tenant.id) as transaction:
            expired = await expire_payments(
                store_of(runtime, transaction), now=transaction.now(), real_now=runtime.clock.real_now()
            )


JOBS = [
    CommuneJob("judge-waiting-messages", 10, judge_waiting_messages),
    CommuneJob("expire-silent-payments", 60, expire_silent_payments),
]
