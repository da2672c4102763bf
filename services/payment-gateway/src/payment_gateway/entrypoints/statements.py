"""When payments are stated: every night, and when the town hall asks."""

import structlog

from chassis.jobs import CommuneJob
from chassis.runtime import Runtime
from chassis.statements import STATEMENTS, take_due_statement
from chassis.tenants import Tenant
from payment_gateway.adapters.statement_store import SqlStatementStore
from payment_gateway.application.state_payments import state_payments

_log = structlog.get_logger(__name__)


async def state_commune_payments(runtime: Runtime, tenant: Tenant) -> None:
    """States a commune's payments when it is time."""
    async with runtime.transaction(tenant.id) as transaction:
        if not await take_due_statement(transaction, tenant.time_zone):
            return
        pages = await state_payments(SqlStatementStore(transaction), now=transaction.now())
    _log.info("payments_stated", tenant=tenant.slug, pages=pages)


STATEMENT_JOB = CommuneJob(STATEMENTS, 300, state_commune_payments)
