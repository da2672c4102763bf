"""Communes are kept apart, and nothing is shown without a token."""

import pytest

from chassis.migrations import tables_without_isolation
from chassis.testing.contract import answers_without_token


async def test_every_tenant_table_is_isolated(harness):
    assert await harness.query(tables_without_isolation()) == []


async def test_every_route_refuses_without_token(harness):
    answers = await answers_without_token(harness)
    assert len(answers) == 10
    assert set(answers.values()) == {401}, answers


@pytest.mark.parametrize("table", ["invoice", "charge", "ledger_movement", "invoice_pdf", "family"])
async def test_the_application_sees_no_row_without_a_commune(harness, town, home, table):
    from sqlalchemy import text

    await town.book(home)
    await town.run()
    async with harness.runtime.database.platform() as connection:
        assert (await connection.execute(text(f"select 1 from {table}"))).all() == []
