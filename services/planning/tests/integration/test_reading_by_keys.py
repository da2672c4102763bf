"""A family's planning is read by keys of its own, also when it was planned while tables were empty."""

import re
from itertools import pairwise

import asyncpg
import pytest

from chassis.database import PLANNED_ONCE
from chassis.ids import new_id
from planning.adapters.outlook_store import READ_HOLDINGS
from planning.entrypoints.desk import desk_of


@pytest.fixture(params=[False, True], ids=["as it is", "vacuumed while empty"])
async def plan(harness, world, request) -> list[str]:
    if request.param:
        await harness.query("vacuum analyze")
    connection = await asyncpg.connect(
        harness.runtime.settings.database_url.get_secret_value(), server_settings=PLANNED_ONCE
    )
    try:
        await connection.execute(f"prepare reading as {READ_HOLDINGS}")
        asked = ["{2022-09-01}", "{2022-10-01}", "{null}", "{null}", "{2022-09-15}"]
        values = ", ".join(f"'{each}'" for each in (world.tenant_id, f"{{{new_id()}}}", *asked))
        return [row[0] for row in await connection.fetch(f"explain execute reading({values})")]
    finally:
        await connection.close()


def _index_condition(plan: list[str], table: str) -> str:
    found = [after.strip() for line, after in pairwise(plan) if re.search(rf"Scan .* on {table} ", line)]
    assert len(found) == 1
    assert found[0].startswith("Index Cond: ")
    assert "member_id = " in found[0]
    return found[0]


def test_reservations_are_found_by_the_child_not_by_the_day(plan) -> None:
    assert "day" not in _index_condition(plan, "reservation"), "everyone's days of the period would be read"


def test_what_is_owed_is_found_by_the_family_and_nothing_that_is_paid_is_read(plan) -> None:
    found = [line for line in plan if re.search(r"Scan .* on owed_invoice ", line)]
    assert len(found) == 1
    assert "using owed_invoice_family_idx" in found[0], "its condition leaves out what is paid"
    (condition,) = [after.strip() for line, after in pairwise(plan) if line == found[0]]
    assert condition.startswith("Index Cond: ")
    assert "family_id = " in condition


def test_a_familys_file_is_found_by_its_key(plan) -> None:
    (condition,) = [after.strip() for line, after in pairwise(plan) if re.search(r"Scan .* on family ", line)]
    assert condition.startswith("Index Cond: ")
    assert "family_id = " in condition


def test_lists_are_found_by_the_child_and_its_days_and_only_when_asked_for(plan) -> None:
    condition = _index_condition(plan, "presence_mark")
    assert condition.count("(ROW(member_id, day)") + condition.count("(ROW(m.member_id, m.day)") == 2, condition
    assert [line for line in plan if re.search(r"One-Time Filter: .*listed_before", line)]


@pytest.mark.parametrize("lock", ["lock_draft", "hold_member"])
async def test_a_transaction_that_looks_is_planned_once(harness, world, lock) -> None:
    """Where nothing asks for it PostgreSQL plans the first five looks anew, and these all the time."""
    async with harness.runtime.transaction(world.tenant_id) as transaction:
        store, family_id = desk_of(harness.runtime).drafting(transaction), new_id()
        await getattr(store, lock)(family_id)
        counts = "select custom_plans, generic_plans from pg_prepared_statements where statement = $1"
        await store.holdings(family_id, None)
        ((anew, once),) = await transaction.ask(counts, READ_HOLDINGS)
        for _ in range(3):
            await store.holdings(family_id, None)
        assert [tuple(row) for row in await transaction.ask(counts, READ_HOLDINGS)] == [(anew, once + 3)]
