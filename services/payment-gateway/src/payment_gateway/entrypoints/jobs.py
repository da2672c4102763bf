"""What happens without anybody asking."""

import asyncio
from datetime import timedelta

import structlog

from chassis.jobs import CommuneJob
from chassis.metrics import LEDGER_DIFFERENCES
from chassis.runtime import Runtime
from chassis.tenants import Tenant
from payment_gateway.adapters import queries, refund_queries
from payment_gateway.adapters.payment_store import ASKING
from payment_gateway.adapters.refund_store import REFUNDING
from payment_gateway.application.ask_bank import claim_questions
from payment_gateway.application.expire_payments import BATCH, expire_payments
from payment_gateway.application.make_refund import claim_refunds
from payment_gateway.entrypoints.desk import judge_kept_message
from payment_gateway.entrypoints.wiring import ask_about, settings_of, store_of, try_refund

_log = structlog.get_logger(__name__)

_MESSAGES = 200
_FORGOTTEN = 1000
_AT_ONCE = 8
"""Questions of one commune on their way to its banks."""
_MOST_ROUNDS = 100


async def judge_waiting_messages(runtime: Runtime, tenant: Tenant) -> None:
    """Judges messages that were kept when the process that received them ended."""
    async with runtime.transaction(tenant.id) as transaction:
        waiting = await queries.waiting_messages(transaction.connection, _MESSAGES)
    await asyncio.gather(*(judge_kept_message(runtime, tenant.id, message_id) for message_id in waiting))


async def expire_silent_payments(runtime: Runtime, tenant: Tenant) -> None:
    """Ends a commune's payments of which the bank says nothing."""
    expired = BATCH
    while expired == BATCH:
        async with runtime.transaction(tenant.id) as transaction:
            expired = await expire_payments(
                store_of(runtime, transaction), now=transaction.now(), real_now=runtime.clock.real_now()
            )


async def ask_banks(runtime: Runtime, tenant: Tenant) -> None:
    """Asks a commune's banks about its attempts, a few at a time, until no question is due."""
    rounds = 0
    while rounds < _MOST_ROUNDS:
        async with runtime.transaction(tenant.id) as transaction:
            due = await claim_questions(store_of(runtime, transaction), runtime.clock.real_now(), _AT_ONCE)
        if not due:
            return
        await asyncio.gather(*(ask_about(runtime, tenant.id, attempt) for attempt in due))
        rounds += 1


async def make_refunds(runtime: Runtime, tenant: Tenant) -> None:
    """Speaks to a commune's banks about its refunds, a few at a time, until no try is due."""
    rounds = 0
    while rounds < _MOST_ROUNDS:
        async with runtime.transaction(tenant.id) as transaction:
            due = await claim_refunds(store_of(runtime, transaction), runtime.clock.real_now(), _AT_ONCE)
        if not due:
            return
        await asyncio.gather(*(try_refund(runtime, tenant.id, refund_id) for refund_id in due))
        rounds += 1


async def check_ledger(runtime: Runtime, tenant: Tenant) -> None:
    """Compares a commune's ledger with what its banks said."""
    async with runtime.transaction(tenant.id) as transaction:
        found = await refund_queries.differences(transaction.connection)
    LEDGER_DIFFERENCES.labels(runtime.service, tenant.slug).set(len(found))
    for row in found:
        _log.error("ledger_differs", tenant=tenant.slug, payment=str(row.payment_id), kind=row.kind)


async def forget_bank_messages(runtime: Runtime, tenant: Tenant) -> None:
    """Empties a commune's old messages of banks."""
    before = runtime.clock.real_now() - timedelta(days=settings_of(runtime).bank_messages_days)
    total, forgotten = 0, _FORGOTTEN
    while forgotten == _FORGOTTEN:
        async with runtime.transaction(tenant.id) as transaction:
            forgotten = await queries.forget_messages(transaction.connection, before, _FORGOTTEN)
        total += forgotten
    if total:
        _log.info("bank_messages_forgotten", tenant=tenant.slug, messages=total)


JOBS = [
    CommuneJob("judge-waiting-messages", 10, judge_waiting_messages),
    CommuneJob(ASKING, 5, ask_banks, apart=True),
    CommuneJob(REFUNDING, 10, make_refunds, apart=True),
    CommuneJob("check-ledger", 600, check_ledger),
    CommuneJob("forget-bank-messages", 3600, forget_bank_messages),
    CommuneJob("expire-silent-payments", 60, expire_silent_payments),
]
