"""Requests: authentication, communes, transactions, idempotency, problems."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from fastapi import APIRouter

from chassis.http.app import create_app
from chassis.http.scope import PortalRoute
from chassis.ids import new_id
from chassis.testing.contract import routes_open_to_anyone
from chassis.testing.plugin import ALIXAN, VEYRAS, Harness
from contracts.values import Role

FAMILY = new_id()


@pytest.fixture
def parent(harness: Harness) -> dict[str, str]:
    return harness.signer.headers(ALIXAN.tenant_id, family_id=FAMILY)


async def test_commune_is_found_by_host(harness: Harness) -> None:
    async with harness.client("veyras") as client:
        assert (await client.get("/commune")).json() == "veyras"


async def test_unknown_host_is_told(harness: Harness) -> None:
    async with harness.client("nowhere") as client:
        response = await client.get("/commune")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "urn:portail-famille:problem:unknown-commune"


async def test_without_token_nothing_is_shown(harness: Harness) -> None:
    async with harness.client() as client:
        response = await client.get("/notes")
    assert response.status_code == 401
    assert "Connectez-vous" in response.json()["detail"]


@pytest.mark.parametrize("token", ["x", "a.b.c", ""])
async def test_a_forged_token_is_refused(harness: Harness, token: str) -> None:
    async with harness.client(headers={"authorization": f"Bearer {token}"}) as client:
        assert (await client.get("/notes")).status_code == 401


async def test_an_expired_token_is_refused(harness: Harness) -> None:
    from chassis.authentication import Principal

    principal = Principal(new_id(), ALIXAN.tenant_id, new_id(), frozenset({Role.PARENT}), FAMILY)
    token = harness.signer.token(principal, seconds=-5)
    async with harness.client(headers={"authorization": f"Bearer {token}"}) as client:
        assert (await client.get("/notes")).status_code == 401


async def test_another_communes_token_is_refused(harness: Harness, parent: dict[str, str]) -> None:
    async with harness.client("veyras", parent) as client:
        assert (await client.get("/notes")).status_code == 403


async def test_a_parent_is_not_staff(harness: Harness, parent: dict[str, str]) -> None:
    async with harness.client(headers=parent) as client:
        assert (await client.get("/staff-only")).status_code == 403
    async with harness.client(headers=harness.signer.headers(ALIXAN.tenant_id, Role.AGENT)) as client:
        assert (await client.get("/staff-only")).status_code == 200


async def test_a_note_is_seen_by_its_commune_only(harness: Harness, parent: dict[str, str]) -> None:
    async with harness.client(headers=parent) as client:
        written = (await client.post("/notes", json={"words": "isolée"})).json()
        assert written in (await client.get("/notes")).json()
    async with harness.client("veyras", harness.signer.headers(VEYRAS.tenant_id)) as client:
        assert written not in (await client.get("/notes")).json()


async def test_a_refusal_leaves_neither_row_nor_event(harness: Harness, parent: dict[str, str]) -> None:
    events = len(await harness.outbox())
    async with harness.client(headers=parent) as client:
        response = await client.post("/notes", json={"words": "beaucoup trop longue pour être gardée"})
        notes = (await client.get("/notes")).json()
    assert (response.status_code, response.json()["limit"]) == (409, 20)
    assert not [note for note in notes if note["words"].startswith("beaucoup")]
    assert len(await harness.outbox()) == events


async def test_a_nul_character_is_a_payload_problem(harness: Harness, parent: dict[str, str]) -> None:
    async with harness.client(headers=parent) as client:
        response = await client.post("/notes", json={"words": "a\x00b"})
    assert (response.status_code, response.json()["type"]) == (422, "urn:portail-famille:problem:invalid-value")


async def test_a_missing_field_is_named(harness: Harness, parent: dict[str, str]) -> None:
    async with harness.client(headers=parent) as client:
        response = await client.post("/notes", json={})
    assert response.json()["errors"][0]["field"] == "words"


async def test_the_same_key_gives_the_same_answer_once(harness: Harness, parent: dict[str, str]) -> None:
    headers = {**parent, "idempotency-key": "once"}
    async with harness.client(headers=headers) as client:
        answers = await asyncio.gather(*(client.post("/notes", json={"words": "une fois"}) for _ in range(10)))
        again = await client.post("/notes", json={"words": "une fois"})
        other = await client.post("/notes", json={"words": "autre"})
        notes = (await client.get("/notes")).json()
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert again.status_code == 201
    assert again.headers["idempotent-replay"] == "true"
    assert {answer.json()["id"] for answer in answers if answer.status_code == 201} == {again.json()["id"]}
    assert other.status_code == 422
    assert len([note for note in notes if note["words"] == "une fois"]) == 1


@pytest.mark.parametrize("path", ["/notes", "/nowhere", "/trouble/unexpected", "/trouble/crowd", "/openapi.json"])
async def test_every_answer_keeps_to_itself(harness: Harness, path: str) -> None:
    async with harness.client() as client:
        headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["cache-control"] == "no-store"


async def test_a_crowd_is_told_to_come_back(harness: Harness) -> None:
    async with harness.client() as client:
        answer = await client.get("/trouble/crowd")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:portail-famille:problem:busy")
    assert answer.headers["retry-after"] == "5"


async def test_an_endless_body_is_refused(harness: Harness, parent: dict[str, str]) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b'{"words": "'
        for _ in range(12):
            yield b"x" * 1024 * 1024

    async with harness.client(headers=parent) as client:
        announced = await client.post("/notes", content=b"x" * (12 * 1024 * 1024))
        by_and_by = await client.post("/notes", content=endless())
        keyed = await client.post("/notes", content=endless(), headers={"idempotency-key": "endless"})
    for answer in (announced, by_and_by, keyed):
        assert (answer.status_code, answer.json()["type"]) == (413, "urn:portail-famille:problem:too-large")


async def test_openapi_documents_problems(harness: Harness) -> None:
    async with harness.client() as client:
        document = (await client.get("/openapi.json")).json()
    responses = document["paths"]["/api/sample/v1/notes"]["post"]["responses"]
    assert {"201", "401", "403", "409", "422"} <= responses.keys()
    assert "application/problem+json" in responses["422"]["content"]


async def test_a_planted_route_without_a_guard_is_found(harness: Harness) -> None:
    planted = APIRouter(route_class=PortalRoute)

    @planted.get("/everything")
    async def everything() -> str:
        return "ok"

    declared = replace(harness.runtime.declaration, routers=[*harness.runtime.declaration.routers, planted])
    app = create_app(declared, harness.runtime.settings, harness.clock)
    opened = await routes_open_to_anyone(Harness(app, harness.signer, harness.clock, harness.admin_url, harness.looks))
    assert opened == {**await routes_open_to_anyone(harness), "GET /api/sample/v1/everything": 200}
    await app.state.runtime.stop()
