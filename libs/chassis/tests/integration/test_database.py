"""The database keeps accents whatever the server's default, and errors tell no personal data."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.testing.plugin import ALIXAN, Harness


async def test_the_database_is_in_utf8(harness: Harness) -> None:
    (row,) = await harness.query("select getdatabaseencoding() as encoding")
    assert row["encoding"] == "UTF8"


async def test_an_error_does_not_tell_the_values(harness: Harness) -> None:
    with pytest.raises(DBAPIError) as raised:
        async with harness.runtime.transaction(ALIXAN.tenant_id) as transaction:
            await transaction.connection.execute(text("select cast(:name as text) / 0"), {"name": "Sophie Mercier"})
    assert "Mercier" not in str(raised.value)
