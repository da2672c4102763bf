"""Scheduled work: every process ticks, one is elected by an advisory lock for each run."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import text

from chassis import metrics

if TYPE_CHECKING:
    from chassis.runtime import Runtime

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Job:
    """Work done every ``interval_seconds`` (real time) by one process of the service.

    ``run`` opens its own transactions; it must be idempotent, since a crash may repeat it.
    """

    name: str
    interval_seconds: float
    run: Callable[["Runtime"], Awaitable[None]]


async def run_job_forever(job: Job, runtime: "Runtime") -> None:
    """Runs until cancelled; a failure is logged and counted, and the next tick tries again."""
    while True:
        try:
            outcome = "done" if await run_job_once(job, runtime) else "elsewhere"
        except Exception:
            _log.exception("job_failed", job=job.name)
            outcome = "failed"
        metrics.JOB_RUNS.labels(runtime.service, job.name, outcome).inc()
        await asyncio.sleep(job.interval_seconds)


async def run_job_once(job: Job, runtime: "Runtime") -> bool:
    """Runs the job unless another process is running it. True when this one did."""
    async with runtime.database.platform() as connection:
        elected = await connection.scalar(
            text("select pg_try_advisory_xact_lock(hashtext(:name))"), {"name": f"job-{job.name}"}
        )
        if elected:
            await job.run(runtime)
        return bool(elected)
