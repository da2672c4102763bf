"""Scheduled work: every process ticks, one is elected by an advisory lock for each run."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Set
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from sqlalchemy import text

from chassis import metrics
from chassis.tenants import Tenant

if TYPE_CHECKING:
    from chassis.runtime import Runtime

_log = structlog.get_logger(__name__)

_ELSEWHERE_SECONDS = 0.5
"""How long a woken job waits while another process runs it."""


@dataclass(frozen=True)
class Job:
    """Work of the whole service, done every ``interval_seconds`` (real time) by one process.

    ``run`` opens its own transactions; it must be idempotent, since a crash may repeat it.
    """

    name: str
    interval_seconds: float
    run: Callable[["Runtime"], Awaitable[None]]

    async def run_for(self, runtime: "Runtime", _only: Set[UUID] | None) -> bool:
        """Runs; True unless it raises."""
        await self.run(runtime)
        return True


@dataclass(frozen=True)
class CommuneJob:
    """Work done commune by commune, by one process of the service.

    Where a transaction of this process called ``wake(name)`` and committed, the commune's turn comes at once; every
    ``interval_seconds`` (real time) comes the turn of all, for what other processes wrote and what time brings.
    ``run`` opens its own transactions; it must be idempotent, since a crash may repeat it.

    ``apart``: each commune's run is a task of its own that no other commune waits for, for work that waits for
    somebody outside. A commune still at work is passed over; ``run`` claims what it works on, since another process
    may be elected meanwhile.
    """

    name: str
    interval_seconds: float
    run: Callable[["Runtime", Tenant], Awaitable[None]]
    apart: bool = False

    async def run_for(self, runtime: "Runtime", only: Set[UUID] | None) -> bool:
        """Runs for some communes, or for all. One's trouble does not stop the others; False when there was some."""
        well = True
        for tenant in await runtime.tenants.all():
            if only is None or tenant.id in only:
                if self.apart:
                    runtime.run_apart(self.name, tenant.id, partial(self._run_well, runtime, tenant))
                else:
                    well = await self._run_well(runtime, tenant) and well
        return well

    async def _run_well(self, runtime: "Runtime", tenant: Tenant) -> bool:
        try:
            await self.run(runtime, tenant)
        except Exception:
            _log.exception("job_failed", job=self.name, tenant=tenant.slug)
            return False
        return True


AnyJob = Job | CommuneJob


async def run_job_forever(job: AnyJob, runtime: "Runtime") -> None:
    """Runs until cancelled; a failure is logged and counted, and the next tick tries again."""
    signal, next_tick, woken = runtime.signals[job.name], time.monotonic(), set[UUID]()
    while True:
        everyone = time.monotonic() >= next_tick
        if everyone:
            next_tick = time.monotonic() + job.interval_seconds
        try:
            outcome = await run_job_once(job, runtime, None if everyone else woken)
        except Exception:
            _log.exception("job_failed", job=job.name)
            outcome = "failed"
        metrics.JOB_RUNS.labels(runtime.service, job.name, outcome).inc()
        if outcome == "elsewhere" and woken:
            signal.wake(woken)
            await asyncio.sleep(_ELSEWHERE_SECONDS)
        woken = await signal.wait(next_tick - time.monotonic())


async def run_job_once(job: AnyJob, runtime: "Runtime", only: Set[UUID] | None = None) -> str:
    """Runs the job, unless another process is running it: «done», «failed» for some commune, or «elsewhere»."""
    async with runtime.job_slots, runtime.database.platform() as connection:
        elected = await connection.scalar(
            text("select pg_try_advisory_xact_lock(hashtext(:name))"), {"name": f"job-{job.name}"}
        )
        if not elected:
            return "elsewhere"
        return "done" if await job.run_for(runtime, only) else "failed"
