"""A database that is away: callers are told to come back, events wait, nothing is counted against a message."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aio_pika
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from chassis import runtime
from chassis.database import Connections, DatabaseAwayError, create_engine
from chassis.ids import new_id
from chassis.messaging.consumer import ConsumerWorker
from chassis.messaging.topology import Queues
from chassis.testing.plugin import ALIXAN, Harness
from contracts.events import InvoiceSettled

_TIMES_ENDED = 150
BILLS = Queues("sample.bills")
_END_OTHERS = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and usename = 'sample_app' and pid <> pg_backend_pid()
"""


@asynccontextmanager
async def database_away(harness: Harness) -> AsyncIterator[None]:
    """The service's connections are cut and no other is given."""
    await harness.query("alter role sample_app connection limit 0")
    await harness.query(_END_OTHERS)
    try:
        yield
    finally:
        await harness.query("alter role sample_app connection limit -1")


async def depth(harness: Harness, queue: str) -> int:
    async with await aio_pika.connect(harness.runtime.settings.amqp_url.get_secret_value()) as connection:
        declared = await (await connection.channel()).get_queue(queue)
        return declared.declaration_result.message_count or 0


async def test_a_connection_that_breaks_off_is_told_as_absence(harness: Harness) -> None:
    async def broken_off() -> None:
        async with harness.runtime.transaction(ALIXAN.tenant_id) as transaction:
            await harness.query(_END_OTHERS)
            await transaction.connection.execute(text("select 1"))

    with pytest.raises(DatabaseAwayError):
        await broken_off()


async def test_what_asks_directly_is_told_the_same(harness: Harness) -> None:
    """Whether no connection is given, or those that there are end at any moment of a statement."""
    database, outcomes = harness.runtime.database, Counter[str]()
    async with database_away(harness):
        with pytest.raises(DatabaseAwayError):
            await database.ask("select 1")

    async def go_on_asking() -> None:
        while outcomes["ended"] < _TIMES_ENDED:
            try:
                await database.ask("select $1::int, pg_sleep(0.002)", 1)
                outcomes["answered"] += 1
            except DatabaseAwayError:
                outcomes["away"] += 1
                await asyncio.sleep(0.005)

    async def go_on_ending() -> None:
        while outcomes["ended"] < _TIMES_ENDED:
            await asyncio.sleep(random.uniform(0, 0.02))
            await harness.query(_END_OTHERS)
            outcomes["ended"] += 1

    await asyncio.gather(go_on_ending(), *(go_on_asking() for _ in range(12)))
    assert outcomes["answered"]
    assert outcomes["away"]
    assert len(await database.ask("select 1")) == 1


async def test_a_connection_that_breaks_off_before_it_is_had_is_told_the_same(harness: Harness) -> None:
    """SQLAlchemy asks a few things on an engine's first connection."""
    url, outcomes = harness.runtime.settings.database_url.get_secret_value(), Counter[str]()

    async def go_on_connecting() -> None:
        while outcomes["ended"] < _TIMES_ENDED:
            engine = create_engine(url, pool_size=1, application_name="sample-first")
            try:
                async with Connections(engine).one():
                    outcomes["had"] += 1
            except DatabaseAwayError:
                outcomes["away"] += 1
            finally:
                await engine.dispose()

    async def go_on_ending() -> None:
        try:
            while outcomes["ended"] < _TIMES_ENDED:
                await harness.query(_END_OTHERS)
                outcomes["ended"] += 1
        finally:
            outcomes["ended"] = _TIMES_ENDED

    await asyncio.gather(go_on_ending(), *(go_on_connecting() for _ in range(3)))
    assert outcomes["away"]


async def test_a_caller_is_told_to_come_back(harness: Harness) -> None:
    headers = harness.signer.headers(ALIXAN.tenant_id, family_id=new_id())
    async with harness.client(headers=headers) as client:
        async with database_away(harness):
            answer = await client.get("/notes")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.json()["type"].endswith(":unavailable")
        assert (await client.get("/notes")).status_code == 200


async def test_an_event_waits_without_using_up_its_retries(harness: Harness) -> None:
    event = InvoiceSettled(invoice_id=new_id(), number="waits", family_id=new_id(), paid_cents=100)
    with capture_logs() as logs:
        async with database_away(harness), asyncio.timeout(30):
            await harness.publish(event, tenant_id=ALIXAN.tenant_id)
            while not {"database_awaited", "message_failed"} & {log["event"] for log in logs}:
                await asyncio.sleep(0.05)
        await harness.eventually("select 1 from note where words = 'facture waits'")
    assert "message_failed" not in {log["event"] for log in logs}
    assert [await depth(harness, BILLS.retry(delay)) for delay in ("5s", "1m", "10m")] == [0, 0, 0]


async def test_a_consumer_is_started_until_it_succeeds(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    (worker,) = [each for each in harness.runtime.workers if each.queues == BILLS]
    tries: list[ConsumerWorker] = []

    async def start(tried: ConsumerWorker) -> None:
        tries.append(tried)
        if len(tries) == 1:
            raise aio_pika.exceptions.AMQPError("the broker went away")

    monkeypatch.setattr(ConsumerWorker, "start", start)
    await runtime._start(worker, "bills")
    assert tries == [worker, worker]
