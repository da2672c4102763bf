"""The API keeps what its document says; communes are kept apart; only the public pages answer anyone."""

import pytest

from chassis.ids import new_id
from chassis.testing.contract import answers_to_anything, routes_open_to_anyone
from chassis.testing.isolation import isolation_gaps, isolation_leaks
from chassis.testing.plugin import ALIXAN, Harness
from contracts.values import Role


@pytest.mark.parametrize("role", [Role.PARENT, Role.AGENT])
async def test_whatever_is_sent_the_answer_is_documented(harness: Harness, role: Role) -> None:
    family_id = new_id() if role is Role.PARENT else None
    async with harness.client(headers=harness.signer.headers(ALIXAN.tenant_id, Role.AGENT)) as client:
        news = await client.post("/news", json={"title": "Rentrée", "body": "Le 1er septembre."})
    headers = harness.signer.headers(ALIXAN.tenant_id, role, family_id=family_id)
    answers = await answers_to_anything(harness, headers, {"news_id": news.json()["id"]})
    assert {200, 404, 422} <= answers.keys()
    assert answers[403 if role is Role.PARENT else 201] > 0


async def test_only_public_pages_answer_without_token(harness: Harness) -> None:
    assert await routes_open_to_anyone(harness) == {
        "GET /api/communication/v1/home": 200,
        "GET /api/communication/v1/news": 200,
        "GET /api/communication/v1/news/{news_id}": 404,
        "GET /api/communication/v1/documents": 200,
        "GET /api/communication/v1/documents/{document_id}/content": 404,
    }


async def test_communes_are_kept_apart(harness: Harness) -> None:
    assert await isolation_gaps(harness) == []
    assert await isolation_leaks(harness) == []
