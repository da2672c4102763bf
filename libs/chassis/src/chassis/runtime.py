"""A running service: what its routes, consumers and jobs are given, and how it starts and stops."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aio_pika
import httpx
import structlog
from aio_pika.abc import AbstractChannel, AbstractRobustConnection
from fastapi import APIRouter
from sqlalchemy import text

from chassis.authentication import TokenVerifier
from chassis.clock import Clock, SystemClock
from chassis.database import PLANNED_ONCE, Connections, Database, Transaction, create_engine
from chassis.errors import DomainError
from chassis.jobs import AnyJob, run_job_forever
from chassis.messaging.consumer import Consumer, ConsumerWorker, Received
from chassis.messaging.dead_letters import DeadLetterDrain
from chassis.messaging.gauges import refresh_gauges
from chassis.messaging.publisher import RabbitPublisher
from chassis.messaging.topology import Queues, declare_queues
from chassis.outbox import OUTBOX, Relay
from chassis.retention import RETENTION_JOBS
from chassis.settings import ServiceSettings
from chassis.signals import Signal
from chassis.tenants import Tenant, TenantRegistry, store_tenant
from contracts.events import TenantRegistered, TenantUpdated

_log = structlog.get_logger(__name__)


class ForeignTenantError(DomainError):
    """An event of one commune describes another: the registry has no row security that would refuse it."""

    slug = "foreign-tenant"
    sentence = "Cet événement d'une commune en décrit une autre."


async def _keep_tenant(transaction: Transaction, received: Received[TenantRegistered]) -> None:
    if received.event.tenant_id != transaction.tenant_id:
        raise ForeignTenantError
    await store_tenant(transaction.connection, received.event, received.sequence)


TENANT_CONSUMER = Consumer(
    "tenants", {TenantRegistered: _keep_tenant, TenantUpdated: _keep_tenant}, introduces_communes=True
)
"""Keeps the registry of communes; every service but identity has it."""


@dataclass(frozen=True)
class Service:
    """The declaration of a service: its table of contents.

    ``problems`` maps the slug of each domain error to its HTTP status. ``consumers`` excludes the communes' registry,
    which is added unless ``owns_tenants``. ``reseal`` seals a commune's secrets under the present key and returns how
    many it found. ``larger_bodies``: megabytes that may be sent to paths beginning so, where it is more than elsewhere.
    """

    name: str
    title: str
    settings: type[ServiceSettings]
    routers: Sequence[APIRouter]
    problems: Mapping[str, int] = field(default_factory=dict)
    consumers: Sequence[Consumer] = ()
    jobs: Sequence[AnyJob] = ()
    owns_tenants: bool = False
    reseal: "Callable[[Runtime, Tenant], Awaitable[int]] | None" = None
    larger_bodies: Mapping[str, int] = field(default_factory=dict)

    @property
    def all_consumers(self) -> list[Consumer]:
        """The consumers that run."""
        return [*self.consumers] if self.owns_tenants else [TENANT_CONSUMER, *self.consumers]

    @property
    def all_jobs(self) -> list[AnyJob]:
        """The jobs that run."""
        return [*RETENTION_JOBS, *self.jobs]

    @property
    def all_queues(self) -> list[Queues]:
        """The queues of the consumers that run."""
        return [Queues(f"{self.name}.{consumer.purpose}") for consumer in self.all_consumers]


async def declare_service_queues(channel: AbstractChannel, service: Service) -> None:
    """Declares every queue of a service, so that events wait for it even before it first runs."""
    for consumer in service.all_consumers:
        queues = Queues(f"{service.name}.{consumer.purpose}")
        await declare_queues(channel, queues, [model.event_type for model in consumer.handlers])


class Runtime:
    """The parts of a running service."""

    def __init__(self, service: Service, settings: ServiceSettings, clock: Clock | None = None) -> None:
        self.service = service.name
        self.declaration = service
        self.settings = settings
        self.clock: Clock = clock or SystemClock(settings.clock_offset_seconds)
        self.signals = {name: Signal() for name in (OUTBOX, *(job.name for job in service.all_jobs))}
        self._engine = create_engine(
            settings.database_url.get_secret_value(),
            pool_size=settings.database_pool_size,
            application_name=service.name,
        )
        self._asking_engine = create_engine(
            settings.database_url.get_secret_value(),
            pool_size=4,  # what asks here never waits within a transaction; more at once only contend for rows
            application_name=f"{service.name}-ask",
            settings=PLANNED_ONCE,
        )
        self._relay_engine = create_engine(
            settings.relay_database_url.get_secret_value(),
            pool_size=3,  # the relay, which waits for the broker inside its transaction; dead letters; their gauge
            application_name=f"{service.name}-relay",
        )
        self.job_slots = asyncio.Semaphore(max(1, settings.database_pool_size // 2 - 1))
        """A job at work holds two connections, one to be elected: all at once would wait for each other for ever."""
        self.database = Database(
            Connections(self._engine),
            Connections(self._asking_engine),
            self.clock,
            service.name,
            self.signals,
        )
        self.tenants = TenantRegistry(self.database)
        self.http = httpx.AsyncClient(timeout=10)
        self.verifier = TokenVerifier(settings.jwks_url, self.http)
        self.workers: list[ConsumerWorker] = []
        self._drains: list[DeadLetterDrain] = []
        self._consuming: AbstractRobustConnection | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._apart: dict[tuple[str, UUID], asyncio.Task[bool]] = {}
        self._stack = AsyncExitStack()

    @asynccontextmanager
    async def transaction(self, tenant_id: UUID) -> AsyncIterator[Transaction]:
        """A transaction of one commune."""
        async with self.database.transaction(tenant_id) as transaction:
            yield transaction

    def run_apart(self, job: str, tenant_id: UUID, run: Callable[[], Coroutine[Any, Any, bool]]) -> None:
        """Runs a job's work for a commune beside everything else, unless it is running already."""
        key = (job, tenant_id)
        if key not in self._apart:
            self._apart[key] = asyncio.create_task(run(), name=f"{job}-{tenant_id}")
            self._apart[key].add_done_callback(lambda _: self._apart.pop(key))

    async def finish_apart(self, job: str) -> bool:
        """Waits for what a job runs apart; True when all went well."""
        return all(await asyncio.gather(*(task for (name, _), task in self._apart.items() if name == job)))

    async def start(self) -> None:
        """Starts connecting to the broker, the relay and the jobs; does not wait for the broker."""
        self._tasks = [asyncio.create_task(self._run_messaging(), name="messaging")]
        self._tasks += [
            asyncio.create_task(run_job_forever(job, self), name=job.name) for job in self.declaration.all_jobs
        ]

    async def stop(self) -> None:
        """Stops consuming, then everything else."""
        consumers: list[ConsumerWorker | DeadLetterDrain] = [*self.workers, *self._drains]
        for consumer in consumers:
            with contextlib.suppress(Exception):
                await consumer.stop()
        tasks = [*self._tasks, *self._apart.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._stack.aclose()
        await self.http.aclose()
        await self._engine.dispose()
        await self._asking_engine.dispose()
        await self._relay_engine.dispose()

    async def problems(self) -> list[str]:
        """Why the service is not ready; empty when it is."""
        reasons = []
        try:
            async with asyncio.timeout(3), self._engine.connect() as connection:
                await connection.execute(text("select 1"))
        except Exception as error:
            reasons.append(f"database: {type(error).__name__}")
        if len(self.workers) < len(self.declaration.all_consumers):
            reasons.append("broker: not connected yet")
        reasons += [f"consumer {w.queues.main}: not registered" for w in self.workers if not w.is_consuming()]
        return reasons

    async def measure(self) -> None:
        """Brings the gauges of waiting messages up to date."""
        await refresh_gauges(self.service, self.declaration.all_queues, self._relay_engine, self._consuming)

    async def _run_messaging(self) -> None:
        """Connects (waiting for the broker), starts the consumers, then relays the outbox until cancelled."""
        publishing = await self._connect("publish")
        self._consuming = consuming = await self._connect("consume")
        for consumer in self.declaration.all_consumers:
            worker = ConsumerWorker(consumer, self.service, consuming, self.database)
            await _start(worker, consumer.purpose)
            self.workers.append(worker)
        drain = DeadLetterDrain(self.declaration.all_queues, consuming, self._relay_engine, self.clock)
        await _start(drain, "dead letters")
        self._drains.append(drain)
        await Relay(self._relay_engine, RabbitPublisher(publishing), self.signals[OUTBOX], self.service).run()

    async def _connect(self, purpose: str) -> AbstractRobustConnection:
        url = self.settings.amqp_url.get_secret_value()
        while True:
            try:
                connection = await aio_pika.connect_robust(
                    url, client_properties={"connection_name": f"{self.service}-{purpose}"}, reconnect_interval=1
                )
            except (OSError, aio_pika.exceptions.AMQPError) as error:
                _log.warning("broker_awaited", error=type(error).__name__)
                await asyncio.sleep(1)
            else:
                self._stack.push_async_callback(connection.close)
                return connection


async def _start(consumer: ConsumerWorker | DeadLetterDrain, name: str) -> None:
    """Until it succeeds: between connecting and consuming a broker may go away, or not have its queues back yet."""
    while True:
        try:
            await consumer.start()
        except Exception as error:
            _log.warning("consumer_not_started", consumer=name, error=type(error).__name__)
            await asyncio.sleep(1)
        else:
            return
