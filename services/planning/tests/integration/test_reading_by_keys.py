"""A family's planning is read by keys of its own, also when it was planned while tables were empty."""

import re
from itertools import pairwise

import asyncpg
import pytest

from chassis.database import PLANNED_ONCE
from chassis.ids import new_id
from planning.adapters.outlook_store import READ_HOLDINGS


@pytest.mark.parametrize("vacuumed", [False, True], ids=["as it is", "vacuumed while empty"])
async def test_reservations_are_found_by_the_child_not_by_the_day(harness, world, vacuumed) -> None:
    if vacuumed:
        await harness.query("vacuum analyze")
    connection = await asyncpg.connect(
        harness.runtime.settings.database_url.get_secret_value(), server_settings=PLANNED_ONCE
    )
    try:
        await connection.execute(f"prepare reading as {READ_HOLDINGS}")
        asked = f"'{world.tenant_id}', '{{{new_id()}}}', '{{2022-09-01}}', '{{2022-10-01}}', '{{null}}', '{{null}}'"
        plan = [row[0] for row in await connection.fetch(f"explain execute reading({asked})")]
    finally:
        await connection.close()
    found = [after.strip() for line, after in pairwise(plan) if re.search(r"Scan .* on reservation ", line)]
    assert len(found) == 1
    assert found[0].startswith("Index Cond: ")
    assert "member_id = " in found[0]
    assert "day" not in found[0], "everyone's days of the period would be read"
