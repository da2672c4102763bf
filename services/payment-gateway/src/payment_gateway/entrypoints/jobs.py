"""What happens without anybody asking."""

from chassis.jobs import Job
from chassis.runtime import Runtime
from payment_gateway.adapters import queries
from payment_gateway.application.expire_payments import BATCH, expire_payments
from payment_gateway.entrypoints.wiring import judge_kept_message, store_of

_MESSAGES = 200


async def judge_waiting_messages(runtime: Runtime) -> None:
    """Judges messages that were kept when the process that received them ended."""
    for tenant in await runtime.tenants.all():
        async with runtime.transaction(tenant.id) as transaction:
            waiting = await queries.waiting_messages(transaction.connection, _MESSAGES)
        for message_id in waiting:
            await judge_kept_message(runtime, tenant.id, message_id)


async def expire_silent_payments(runtime: Runtime) -> None:
    """Ends every commune's payments of which the bank says nothing."""
    for tenant in await runtime.tenants.all():
        expired = BATCH
        while expired == BATCH:
            async with runtime.transaction(tenant.id) as transaction:
                expired = await expire_payments(
                    store_of(runtime, transaction), now=transaction.now(), real_now=runtime.clock.real_now()
                )


JOBS = [
    Job("judge-waiting-messages", 10.0, judge_waiting_messages),
    Job("expire-silent-payments", 30.0, expire_silent_payments),
]
