"""What was owed before anybody kept it is told when the tables change, and nothing else is."""

import json
from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio

from chassis.ids import new_id
from chassis.migrations import upgrade_async
from chassis.testing.databases import database_of_before
from chassis.testing.plugin import ALIXAN
from contracts.events import InvoiceOwedAgain

RUN = """
insert into invoicing_run (tenant_id, run_id, period, automatic, created_at) values ($1, $2, '2022-09-01', true, now())
"""
INVOICE = """
insert into invoice (tenant_id, invoice_id, run_id, period, sequence, number, family_id, family_name, recipient,
    address_line, postal_code, city, regie_id, regie_name, issued_on, due_on, amount_cents, paid_cents, credited_cents)
values ($1, $2, $3, '2022-09-01', $4, $5, $6, 'Martin', 'Claire Martin', '1 rue', '26300', 'Alixan', $7, 'Régie',
    '2022-10-01', '2022-10-15', 2000, $8, $9)
"""
PROMPT = "insert into prompt_invoice (tenant_id, invoice_id, pay_until, status) values ($1, $2, now(), 'open')"
OLD = {"2209001": (0, 0), "2209002": (2000, 0), "2209003": (1500, 0), "2209004": (1500, 500), "2209005": (0, 0)}
"""What was paid and credited of each; the last is still to be paid at once."""


@pytest_asyncio.fixture(loop_scope="session")
async def old_database(postgres_admin_url: str) -> AsyncIterator[tuple[str, str]]:
    """A database of before: its owner's address and a superuser's."""
    async with database_of_before("billing", postgres_admin_url, "0006") as addresses:
        yield addresses


async def test_what_was_owed_is_told_once(old_database: tuple[str, str]) -> None:
    owner_url, admin_url = old_database
    connection = await asyncpg.connect(admin_url)
    tenant, run = ALIXAN.tenant_id, new_id()
    await connection.execute(RUN, tenant, run)
    ids = {number: new_id() for number in OLD}
    for place, (number, (paid, credited)) in enumerate(OLD.items(), 1):
        about = (ids[number], run, place, number, new_id(), new_id(), paid, credited)
        await connection.execute(INVOICE, tenant, *about)
    await connection.execute(PROMPT, tenant, ids["2209005"])
    await upgrade_async("billing", owner_url)
    told = await connection.fetch("select tenant_id, type, subject, sequence, body from outbox order by seq")
    forced = await connection.fetch("select relname from pg_class where relrowsecurity and not relforcerowsecurity")
    await connection.close()
    assert {(row["tenant_id"], row["type"], row["sequence"]) for row in told} == {
        (tenant, InvoiceOwedAgain.event_type, 1)
    }
    owed = [InvoiceOwedAgain.model_validate(json.loads(row["body"])) for row in told]
    assert {(each.number, each.left_cents, each.due_on.isoformat()) for each in owed} == {
        ("2209001", 2000, "2022-10-15"),
        ("2209003", 500, "2022-10-15"),
    }
    assert [row["subject"] for row in told] == [each.invoice_id for each in owed]
    assert forced == []
