"""The API keeps what its document says; communes are kept apart; only the public pages answer anyone."""

from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.testing.contract import answers_to_anything, routes_open_to_anyone
from chassis.testing.isolation import isolation_gaps, isolation_leaks
from chassis.testing.plugin import ALIXAN, Harness
from chassis.testing.stateful import Link, follows_links
from contracts.events import FamilyRegistered
from contracts.values import Guardian, PostalAddress, Role


@pytest.mark.parametrize("role", [Role.PARENT, Role.AGENT])
async def test_whatever_is_sent_the_answer_is_documented(harness: Harness, role: Role) -> None:
    family_id = new_id() if role is Role.PARENT else None
    async with harness.client(headers=harness.signer.headers(ALIXAN.tenant_id, Role.AGENT)) as client:
        news = await client.post("/news", json={"title": "Rentrée", "body": "Le 1er septembre."})
    headers = harness.signer.headers(ALIXAN.tenant_id, role, family_id=family_id)
    answers = await answers_to_anything(harness, headers, {"news_id": news.json()["id"]})
    assert {200, 404, 422} <= answers.keys()
    assert answers[403 if role is Role.PARENT else 201] > 0


LINKS = [
    Link("POST /news", 201, "GET /news/{news_id}", {"path.news_id": "$response.body#/id"}),
    Link("POST /news", 201, "PUT /news/{news_id}", {"path.news_id": "$response.body#/id"}),
    Link("POST /news", 201, "DELETE /news/{news_id}", {"path.news_id": "$response.body#/id"}),
    Link("POST /messages", 201, "GET /messages"),
]


async def test_chains_of_calls_are_answered_as_documented(harness: Harness) -> None:
    family_id = await family_in_conversation(harness)
    parent = harness.signer.headers(ALIXAN.tenant_id, family_id=family_id)
    agent = harness.signer.headers(ALIXAN.tenant_id, Role.AGENT)
    async with harness.client(headers=agent) as client:
        for _ in range(3):
            file = {"file": ("menu.pdf", b"%PDF-1.7 menu")}
            assert (await client.post("/documents", data={"title": "Menu"}, files=file)).status_code == 201
    await follows_links(harness, parent, LINKS, enough=2)
    await follows_links(harness, agent, LINKS, enough=2)


async def family_in_conversation(harness: Harness) -> UUID:
    family_id = new_id()
    await harness.publish(
        FamilyRegistered(
            family_id=family_id,
            name="Martin",
            address=PostalAddress(line="2 rue des Écoles", postal_code="26300", city="Alixan"),
            guardians=(Guardian(guardian_id=new_id(), first_name="Anne", last_name="Martin", email=None),),
        ),
        tenant_id=ALIXAN.tenant_id,
    )
    await harness.eventually("select 1 from family where family_id = $1", family_id)
    async with harness.client(headers=harness.signer.headers(ALIXAN.tenant_id, family_id=family_id)) as client:
        assert (await client.post("/messages", json={"subject": "Allergie", "body": "Noix"})).status_code == 201
    return family_id


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
