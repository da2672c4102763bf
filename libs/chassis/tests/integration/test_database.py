"""The database keeps accents whatever the server's default, and errors tell no personal data."""

import asyncio
from collections.abc import AsyncIterator
from random import Random

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis import database
from chassis.database import Connections, NoConnectionError, create_engine
from chassis.testing.plugin import ALIXAN, Harness


async def test_the_database_is_in_utf8(harness: Harness) -> None:
    (row,) = await harness.query("select getdatabaseencoding() as encoding")
    assert row["encoding"] == "UTF8"


async def test_an_error_does_not_tell_the_values(harness: Harness) -> None:
    with pytest.raises(DBAPIError) as raised:
        async with harness.runtime.transaction(ALIXAN.tenant_id) as transaction:
            await transaction.connection.execute(text("select cast(:name as text) / 0"), {"name": "Sophie Mercier"})
    assert "Mercier" not in str(raised.value)


@pytest_asyncio.fixture
async def only_one(harness: Harness) -> AsyncIterator[Connections]:
    """One connection for all."""
    url = harness.runtime.settings.database_url.get_secret_value()
    engine = create_engine(url, pool_size=1, application_name="only-one")
    yield Connections(engine)
    await engine.dispose()


async def test_nobody_is_overtaken_in_a_crowd(only_one: Connections) -> None:
    """More than once by each of the others."""
    given, waits = 0, []

    async def ask(pauses: Random) -> None:
        nonlocal given
        for _ in range(20):
            asked = given
            async with only_one.one() as connection:
                waits.append(given - asked)
                given += 1
                await connection.execute(text("select 1"))
            await asyncio.sleep(pauses.random() / 500)

    crowd = 16
    await asyncio.gather(*(ask(Random(seed)) for seed in range(crowd)))
    assert max(waits) < crowd
    assert max(waits) > crowd // 2  # there was a crowd


async def test_who_waits_too_long_is_told_and_keeps_nothing(
    only_one: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_PATIENCE_SECONDS", 0.1)
    async with only_one.one():
        with pytest.raises(NoConnectionError):
            async with only_one.one():
                pytest.fail("there is but one")
    async with only_one.one() as connection:
        assert await connection.scalar(text("select 1")) == 1
