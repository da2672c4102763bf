"""Forgets what has served: answers kept for idempotency keys, and the inbox beyond any replay."""

from typing import TYPE_CHECKING

from sqlalchemy import text

from chassis.jobs import CommuneJob, Job
from chassis.tenants import Tenant

if TYPE_CHECKING:
    from chassis.runtime import Runtime

IDEMPOTENCY_DAYS = 2
INBOX_DAYS = 90
"""Longer than a message may wait among the dead letters before an operator replays it."""


async def forget_inbox(runtime: "Runtime") -> None:
    """Deletes, by real time, the inbox's rows older than their retention."""
    async with runtime.database.platform() as connection:
        await connection.execute(
            text("delete from inbox where received_at < cast(:now as timestamptz) - make_interval(days => :days)"),
            {"now": runtime.clock.real_now(), "days": INBOX_DAYS},
        )


async def forget_idempotency_keys(runtime: "Runtime", tenant: Tenant) -> None:
    """Deletes, by real time, a commune's kept answers older than their retention."""
    async with runtime.transaction(tenant.id) as transaction:
        await transaction.connection.execute(
            text(
                "delete from idempotency_key"
                " where created_at < cast(:now as timestamptz) - make_interval(days => :days)"
            ),
            {"now": runtime.clock.real_now(), "days": IDEMPOTENCY_DAYS},
        )


RETENTION_JOBS = (
    Job("forget-inbox", 3600, forget_inbox),
    CommuneJob("forget-idempotency-keys", 3600, forget_idempotency_keys),
)
