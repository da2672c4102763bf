"""The API keeps what its document says; communes are kept apart; only the public pages answer anyone."""

import pytest

from chassis.ids import new_id
from chassis.migrations import tables_without_isolation
from chassis.testing.contract import answers_to_anything, answers_without_token
from chassis.testing.plugin import ALIXAN, Harness
from contracts.values import Role

_PREFIX = "/api/communication/v1"
_PUBLIC = {"GET /home", "GET /news", "GET /news/{news_id}", "GET /documents", "GET /documents/{document_id}/content"}


@pytest.mark.parametrize("role", [Role.PARENT, Role.AGENT])
async def test_whatever_is_sent_the_answer_is_documented(harness: Harness, role: Role) -> None:
    family_id = new_id() if role is Role.PARENT else None
    answers = await answers_to_anything(harness, harness.signer.headers(ALIXAN.tenant_id, role, family_id=family_id))
    assert answers[200] > 0
    assert answers[422] > 0


async def test_only_public_pages_answer_without_token(harness: Harness) -> None:
    answers = await answers_without_token(harness)
    open_to_all = {route.replace(_PREFIX, "") for route, status in answers.items() if status != 401}
    assert open_to_all == _PUBLIC


async def test_every_tenant_table_is_isolated(harness: Harness) -> None:
    assert await harness.query(tables_without_isolation()) == []
