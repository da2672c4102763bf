"""The API keeps what its document says; communes are kept apart; only the bank's addresses answer anyone."""

from typing import Any

import pytest

from chassis.migrations import tables_without_isolation
from chassis.testing.contract import answers_to_anything, answers_without_token
from chassis.testing.plugin import ALIXAN, Harness
from contracts.values import Role

_BANK = {
    "GET /pay/ipn/paybox/{slug}/{attempt_id}",
    "POST /pay/ipn/paybox/{slug}/{attempt_id}",
    "GET /pay/return/paybox/{slug}/{attempt_id}/{outcome}",
}


@pytest.mark.parametrize("role", [Role.PARENT, Role.ADMINISTRATOR])
async def test_whatever_is_sent_the_answer_is_documented(harness: Harness, shop: Any, role: Role) -> None:
    await shop.begin()
    family_id = shop.family_id if role is Role.PARENT else None
    answers = await answers_to_anything(harness, harness.signer.headers(ALIXAN.tenant_id, role, family_id=family_id))
    assert {404, 422} <= answers.keys()
    assert answers[403 if role is Role.PARENT else 200] > 0


async def test_only_the_banks_addresses_answer_without_token(harness: Harness) -> None:
    answers = await answers_without_token(harness)
    assert {route for route, status in answers.items() if status != 401} == _BANK
    assert {answers[route] for route in _BANK} <= {404, 422}


async def test_every_tenant_table_is_isolated(harness: Harness) -> None:
    assert await harness.query(tables_without_isolation()) == []
