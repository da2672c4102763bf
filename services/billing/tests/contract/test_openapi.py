"""The service keeps what its OpenAPI document says, whatever it is sent."""

import pytest

from chassis.testing.contract import answers_to_anything
from contracts.values import Role


@pytest.mark.parametrize("role", [Role.PARENT, Role.ADMINISTRATOR])
async def test_answers_are_documented(harness, town, home, role):
    await town.book(home)
    await town.run()
    family_id = home.family_id if role is Role.PARENT else None
    answers = await answers_to_anything(harness, harness.signer.headers(town.tenant, role, family_id=family_id))
    assert answers[200]
    assert answers[422]
    assert answers[403 if role is Role.PARENT else 201]
