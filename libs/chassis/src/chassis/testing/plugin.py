"""pytest fixtures, built on the root conftest's ``postgres_admin_url`` and ``amqp_url``.

A service's ``tests/conftest.py`` defines ``service`` (its ``Service``); it then has ``harness``: the running
service, its database, its broker and two communes, Alixan and Veyras.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import aio_pika
import asyncpg
import httpx
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractConnection
from fastapi import FastAPI
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from chassis.clock import StandingClock
from chassis.http.app import create_app
from chassis.ids import new_id
from chassis.jobs import run_job_once
from chassis.messaging.topology import Queues, declare_exchange
from chassis.runtime import Runtime, Service
from chassis.tenants import store_tenant
from chassis.testing.databases import ServiceDatabases
from chassis.testing.tokens import TokenSigner
from contracts.envelope import Envelope
from contracts.event import Event
from contracts.events import TenantRegistered
from contracts.events.identity import Contact, Look
from contracts.values import PostalAddress

_NAMESPACE = UUID("5f3c3a52-6a10-4f0e-9d1c-5f6c0a7a1a11")
hypothesis_settings.register_profile(  # a busy machine is no failure, and what passed once passes again
    "portail",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
hypothesis_settings.load_profile("portail")

GUIDE_DAY = datetime(2022, 7, 4, 7, 0, tzinfo=UTC)
"""Monday 4 July 2022, 09:00 in Alixan."""


def commune(slug: str) -> TenantRegistered:
    """A commune for tests, always with the same id."""
    return TenantRegistered(
        tenant_id=uuid5(_NAMESPACE, slug),
        slug=slug,
        name=slug.capitalize(),
        portal_title=f"Portail famille de {slug.capitalize()}",
        hostnames=(f"{slug}.localhost",),
        time_zone="Europe/Paris",
        school_zone="A",
        look=Look(primary_color="#1f5c99", accent_color="#c0392b", emblem=slug[0].upper()),
        contact=Contact(
            email=f"mairie@{slug}.example",
            phone="04 75 00 00 00",
            address=PostalAddress(line="1 place de la Mairie", postal_code="26300", city=slug.capitalize()),
        ),
    )


ALIXAN, VEYRAS = commune("alixan"), commune("veyras")


class Harness:
    """A running service under test. What looks at it and speaks to it keeps its connections until the end."""

    def __init__(
        self, app: FastAPI, signer: TokenSigner, clock: StandingClock, admin_url: str, looks: asyncpg.Pool
    ) -> None:
        self.app = app
        self.runtime: Runtime = app.state.runtime
        self.signer = signer
        self.clock = clock
        self.admin_url = admin_url
        """Superuser's address of the service's own database: sees through row-level security."""
        self.looks = looks
        """Connections to that address."""
        self._broker: AbstractConnection | None = None

    async def hang_up(self) -> None:
        """Ends its connection to the broker; the service's are not touched."""
        if self._broker:
            await self._broker.close()

    def client(self, slug: str = "alixan", headers: dict[str, str] | None = None) -> httpx.AsyncClient:
        """An HTTP client of one commune, talking to the application in this process."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(
            transport=transport, base_url=f"http://{slug}.localhost/api/{self.runtime.service}/v1", headers=headers
        )

    async def publish(
        self, event: Event, *, tenant_id: UUID, sequence: int = 1, message_id: UUID | None = None, times: int = 1
    ) -> None:
        """Sends an event to the exchange as another service would, ``times`` over."""
        envelope = self.envelope(event, tenant_id=tenant_id, sequence=sequence, message_id=message_id)
        await self.send(dict(envelope.to_headers()), event.model_dump_json().encode(), times=times)

    def envelope(self, event: Event, *, tenant_id: UUID, sequence: int = 1, message_id: UUID | None = None) -> Envelope:
        """What surrounds an event."""
        return Envelope(
            id=message_id or new_id(),
            source="test",
            type=event.event_type,
            time=self.clock.now() + timedelta(seconds=sequence),
            subject=event.subject,
            tenant=tenant_id,
            sequence=sequence,
        )

    async def send(
        self, headers: dict[str, Any], body: bytes, *, routing_key: str | None = None, times: int = 1
    ) -> None:
        """Sends any message to the exchange, by default under the type in its headers; waits for the confirms."""
        own_id = headers.get("id", "none")  # or each publication would be given another
        message = aio_pika.Message(body, headers=headers, message_id=own_id, type=headers.get("type"))
        if self._broker is None or self._broker.is_closed:
            self._broker = await aio_pika.connect(self.amqp_url)
        async with self._broker.channel() as channel:
            exchange = await declare_exchange(channel)
            key = routing_key or str(headers["type"])
            await asyncio.gather(*(exchange.publish(message, routing_key=key) for _ in range(times)))

    @property
    def amqp_url(self) -> str:
        """The broker."""
        return self.runtime.settings.amqp_url.get_secret_value()

    async def outbox(self) -> list[asyncpg.Record]:
        """Events published by the service so far, oldest first (the relay keeps them here in tests)."""
        return await self.query("select * from kept.published_event order by seq")

    async def query(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:  # noqa: ANN401
        """Runs SQL as superuser on the service's database."""
        rows: list[asyncpg.Record] = await self.looks.fetch(statement, *arguments)
        return rows

    async def run_job(self, name: str) -> None:
        """Runs a job of the service for every commune, after the run that may be under way."""
        (job,) = [job for job in self.runtime.declaration.all_jobs if job.name == name]
        async with asyncio.timeout(30):
            await self.runtime.finish_apart(name)
            while (outcome := await run_job_once(job, self.runtime)) == "elsewhere":
                await asyncio.sleep(0.05)
            well = await self.runtime.finish_apart(name)
        assert outcome == "done", f"{name} {outcome}"  # noqa: S101
        assert well, name  # noqa: S101

    async def eventually(self, statement: str, *arguments: Any, seconds: float = 30) -> list[asyncpg.Record]:  # noqa: ANN401
        """Polls SQL until it gives a row. Raises ``TimeoutError``."""
        async with asyncio.timeout(seconds):
            while not (rows := await self.query(statement, *arguments)):
                await asyncio.sleep(0.05)
            return rows


@asynccontextmanager
async def running_service(
    service: Service, databases: ServiceDatabases, amqp_url: str, extra_settings: dict[str, Any] | None = None
) -> AsyncIterator[Harness]:
    """A service on a database of its own, with its consumers, relay and jobs, and both communes known."""
    database = await databases.create(service)
    settings = service.settings(
        database_url=databases.url(service, "app", database),
        relay_database_url=databases.url(service, "relay", database),
        amqp_url=amqp_url,
        jwks_url="http://identity/jwks",
        **(extra_settings or {}),
    )
    clock, signer = StandingClock(GUIDE_DAY), TokenSigner()
    app = create_app(service, settings, clock)
    runtime: Runtime = app.state.runtime
    runtime.http._transport = httpx.MockTransport(lambda _request: httpx.Response(200, json=signer.jwks()))
    async with runtime.database.platform() as connection:
        for tenant in (ALIXAN, VEYRAS):
            await store_tenant(connection, tenant, 1)
    await runtime.start()
    try:
        async with asyncio.timeout(60):
            while await runtime.problems():
                await asyncio.sleep(0.05)
        async with asyncpg.create_pool(databases.admin_url(database), min_size=0, max_size=8) as looks:
            harness = Harness(app, signer, clock, databases.admin_url(database), looks)
            yield harness
            await harness.hang_up()
    finally:
        await runtime.stop()
        await _delete_queues(amqp_url, service)
        await databases.drop(database)


async def _delete_queues(amqp_url: str, service: Service) -> None:
    """The next test file starts with empty queues."""
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        for consumer in service.all_consumers:
            for name in Queues(f"{service.name}.{consumer.purpose}").all():
                await channel.queue_delete(name)


@pytest.fixture(scope="session")
def service_settings() -> dict[str, Any]:
    """Further settings of the service under test; override where it has some."""
    return {}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def service_databases(postgres_admin_url: str) -> AsyncIterator[ServiceDatabases]:
    """Databases for services."""
    databases = ServiceDatabases(postgres_admin_url)
    yield databases
    await databases.drop_templates()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def harness(
    service: Service, service_settings: dict[str, Any], service_databases: ServiceDatabases, amqp_url: str
) -> AsyncIterator[Harness]:
    """The running service of this folder's ``service`` fixture, one for each test file."""
    async with running_service(service, service_databases, amqp_url, service_settings) as running:
        yield running
