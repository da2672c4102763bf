"""The API keeps what its document says; communes are kept apart; nothing answers without a token."""

from typing import Any

import pytest

from chassis.testing.contract import answers_to_anything, routes_open_to_anyone
from chassis.testing.isolation import isolation_gaps, isolation_leaks
from chassis.testing.plugin import ALIXAN, Harness
from contracts.values import Role


@pytest.mark.parametrize("role", [Role.PARENT, Role.ADMINISTRATOR])
async def test_whatever_is_sent_the_answer_is_documented(world: Any, harness: Harness, role: Role) -> None:
    canteen = await world.activity()
    family, member = await world.enrolled(canteen)
    headers = harness.signer.headers(ALIXAN.tenant_id, role, family_id=family if role is Role.PARENT else None)
    answers = await answers_to_anything(harness, headers, {"activity_id": canteen, "member_id": member})
    assert {200, 403, 404, 422} <= answers.keys()


async def test_nothing_answers_without_token(harness: Harness) -> None:
    assert await routes_open_to_anyone(harness) == {}


async def test_communes_are_kept_apart(harness: Harness) -> None:
    assert await isolation_gaps(harness) == []
    assert await isolation_leaks(harness) == []
