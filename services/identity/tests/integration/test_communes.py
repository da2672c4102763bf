"""The operator's registry of communes."""

import asyncio
from typing import Any

import pytest

from chassis.ids import new_id

ADMINISTRATOR = {"user_name": "admin", "password": "clocher penché 1900", "display_name": "Accueil", "email": None}


def commune(slug: str, **changed: Any) -> dict[str, Any]:
    return {
        "slug": slug,
        "name": slug.capitalize(),
        "portal_title": f"Portail famille de {slug.capitalize()}",
        "hostnames": [f"{slug}.localhost"],
        "time_zone": "Indian/Reunion",
        "school_zone": "Reunion",
        "look": {"primary_color": "#1f5c99", "accent_color": "#c0392b", "emblem": slug[0].upper()},
        "contact": {
            "email": f"mairie@{slug}.example",
            "phone": "04 75 00 00 00",
            "address": {"line": "1 place de la Mairie", "postal_code": "07350", "city": slug.capitalize()},
        },
        **changed,
    }


async def events(town: Any, tenant_id: object) -> list[tuple[str, int]]:
    return [(row["type"], row["sequence"]) for row in await town.harness.outbox() if row["subject"] == tenant_id]


async def test_a_commune_opens_with_its_administrator(town: Any) -> None:
    tenant_id = new_id()
    body = commune("cruas", administrator=ADMINISTRATOR)
    created = await town.call("PUT", f"/communes/{tenant_id}", body, town.operator)
    assert created.status_code == 200, created.text
    assert created.json()["hostnames"] == ["cruas.localhost"]
    async with town.harness.client("cruas") as client:
        seen = (await client.get("/commune")).json()
        session = await client.post("/sessions", json={"user_name": "admin", "password": ADMINISTRATOR["password"]})
    assert (seen["slug"], seen["today"], seen["now"]) == ("cruas", "2022-07-04", "2022-07-04T07:00:00Z")
    assert session.json()["account"]["roles"] == ["administrator"]
    assert session.json()["must_change_password"] is False
    assert await events(town, tenant_id) == [("identity.tenant_registered.v1", 1)]


async def test_only_changes_are_published(town: Any) -> None:
    tenant_id = new_id()
    path = f"/communes/{tenant_id}"
    for body in (commune("montelier"), commune("montelier"), commune("montelier", name="Montélier")):
        assert (await town.call("PUT", path, body, town.operator)).status_code == 200
    assert await events(town, tenant_id) == [("identity.tenant_registered.v1", 1), ("identity.tenant_updated.v1", 2)]
    listed = (await town.call("GET", "/communes", headers=town.operator)).json()
    assert [one["name"] for one in listed if one["tenant_id"] == str(tenant_id)] == ["Montélier"]


async def test_registered_twice_at_once_is_registered_once(town: Any) -> None:
    tenant_id = new_id()
    body = commune("upie", administrator=ADMINISTRATOR)
    calls = (town.call("PUT", f"/communes/{tenant_id}", body, town.operator) for _ in range(4))
    assert {answer.status_code for answer in await asyncio.gather(*calls)} == {200}
    assert await events(town, tenant_id) == [("identity.tenant_registered.v1", 1)]


async def test_an_existing_administrator_keeps_the_password(town: Any) -> None:
    path = f"/communes/{new_id()}"
    await town.call("PUT", path, commune("livron", administrator=ADMINISTRATOR), town.operator)
    other = {**ADMINISTRATOR, "password": "tout autre chose ici"}
    assert (await town.call("PUT", path, commune("livron", administrator=other), town.operator)).status_code == 200
    async with town.harness.client("livron") as client:
        body = {"user_name": "admin", "password": ADMINISTRATOR["password"]}
        assert (await client.post("/sessions", json=body)).status_code == 200


@pytest.mark.parametrize(
    ("changed", "status", "slug"),
    [
        ({"slug": "alixan"}, 409, "slug-taken"),
        ({"hostnames": ["loriol.localhost", "veyras.localhost"]}, 409, "hostname-taken"),
        ({"hostnames": []}, 422, "invalid-payload"),
        ({"hostnames": ["pas un hôte"]}, 422, "invalid-payload"),
        ({"time_zone": "Europe/Alixan"}, 422, "invalid-payload"),
        ({"portal_title": "x\r\nBcc: y"}, 422, "invalid-payload"),
        ({"look": {"primary_color": "red;}", "accent_color": "#000000", "emblem": ""}}, 422, "invalid-payload"),
        ({"administrator": {**ADMINISTRATOR, "password": "court"}}, 422, "weak-password"),
    ],
)
async def test_wrong_descriptions_change_nothing(town: Any, changed: dict[str, Any], status: int, slug: str) -> None:
    tenant_id = new_id()
    refused = await town.call("PUT", f"/communes/{tenant_id}", {**commune("loriol"), **changed}, town.operator)
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (status, slug)
    assert await town.harness.query("select 1 from tenant where id = $1", tenant_id) == []
    assert await town.harness.query("select 1 from account where tenant_id = $1", tenant_id) == []


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer wrong"}, {"authorization": "Basic x"}])
async def test_only_the_operator_registers(town: Any, headers: dict[str, str]) -> None:
    assert (await town.call("PUT", f"/communes/{new_id()}", commune("pizancon"), headers)).status_code == 401
    assert (await town.call("GET", "/communes", headers=headers)).status_code == 401
    assert (await town.call("GET", "/communes", headers=town.administrator)).status_code == 401


async def test_the_operator_is_nobody_in_a_commune(town: Any) -> None:
    assert (await town.call("GET", "/account", headers=town.operator)).status_code == 401
