"""The API keeps what its document says; communes are kept apart; nothing answers without a token."""

import pytest

from chassis.migrations import tables_without_isolation
from chassis.testing.contract import answers_to_anything, answers_without_token
from chassis.testing.plugin import ALIXAN
from contracts.values import Role


@pytest.mark.parametrize("role", [Role.PARENT, Role.ADMINISTRATOR])
async def test_whatever_is_sent_the_answer_is_documented(world, harness, role) -> None:
    canteen = await world.activity()
    family, _ = await world.enrolled(canteen)
    family_id = family if role is Role.PARENT else None
    answers = await answers_to_anything(harness, harness.signer.headers(ALIXAN.tenant_id, role, family_id=family_id))
    assert {200, 403, 404, 422} <= answers.keys()


async def test_nothing_answers_without_token(harness) -> None:
    assert set((await answers_without_token(harness)).values()) == {401}


async def test_every_tenant_table_is_isolated(harness) -> None:
    assert await harness.query(tables_without_isolation()) == []
