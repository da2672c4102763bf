"""Forgets what has served: answers kept for idempotency keys, and the inbox beyond any replay."""

from typing import TYPE_CHECKING

from sqlalchemy import text

from chassis.jobs import Job

if TYPE_CHECKING:
    from chassis.runtime import Runtime

IDEMPOTENCY_DAYS = 2
INBOX_DAYS = 90
"""Longer than a message may wait among the dead letters before an operator replays it."""


async def forget_old_rows(runtime: "Runtime") -> None:
    """Deletes, by real time, what is older than its retention."""
    now = runtime.clock.real_now()
    async with runtime.database.platform() as connection:
        await connection.execute(
            text("delete from inbox where received_at < cast(:now as timestamptz) - make_interval(days => :days)"),
            {"now": now, "days": INBOX_DAYS},
        )
    for tenant in await runtime.tenants.all():
        async with runtime.transaction(tenant.id) as transaction:
            await transaction.connection.execute(
                text(
                    "delete from idempotency_key"
                    " where created_at < cast(:now as timestamptz) - make_interval(days => :days)"
                ),
                {"now": now, "days": IDEMPOTENCY_DAYS},
            )


RETENTION_JOB = Job("forget-old-rows", 3600.0, forget_old_rows)
