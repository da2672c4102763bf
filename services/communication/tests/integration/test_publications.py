"""Home page, news, documents."""

from urllib.parse import quote

import pytest

from chassis.ids import new_id
from chassis.testing.plugin import ALIXAN, VEYRAS, Harness
from contracts.values import Role


@pytest.fixture
def agent(harness: Harness) -> dict[str, str]:
    return harness.signer.headers(ALIXAN.tenant_id, Role.AGENT)


async def test_the_home_page_is_public_and_changed_by_the_town_hall(harness: Harness, agent: dict[str, str]) -> None:
    async with harness.client(headers=agent) as client:
        changed = await client.put("/home", json={"title": "Bienvenue", "body": "Chers **parents**,"})
    assert changed.status_code == 204
    async with harness.client() as client:
        home = (await client.get("/home")).json()
    assert home == {
        "title": "Bienvenue",
        "body": "Chers **parents**,",
        "html": "<p>Chers <strong>parents</strong>,</p>\n",
        "published_on": "2022-07-04",
    }
    async with harness.client("veyras") as client:
        assert (await client.get("/home")).json()["title"] == "Bienvenue sur le portail famille"


async def test_news_are_published_corrected_and_withdrawn(harness: Harness, agent: dict[str, str]) -> None:
    async with harness.client(headers=agent) as client:
        news_id = (await client.post("/news", json={"title": "Grève", "body": "Pas de cantine jeudi."})).json()["id"]
        await client.put(f"/news/{news_id}", json={"title": "Grève levée", "body": "Cantine ouverte."})
        assert (await client.get(f"/news/{news_id}")).json()["title"] == "Grève levée"
        assert (await client.delete(f"/news/{news_id}")).status_code == 204
        assert (await client.get(f"/news/{news_id}")).status_code == 404


async def test_another_commune_can_neither_read_nor_withdraw(harness: Harness, agent: dict[str, str]) -> None:
    async with harness.client(headers=agent) as client:
        news_id = (await client.post("/news", json={"title": "Ici", "body": "x"})).json()["id"]
    async with harness.client("veyras", harness.signer.headers(VEYRAS.tenant_id, Role.AGENT)) as client:
        assert (await client.get(f"/news/{news_id}")).status_code == 404
        assert (await client.delete(f"/news/{news_id}")).status_code == 404


async def test_a_parent_cannot_publish(harness: Harness) -> None:
    async with harness.client(headers=harness.signer.headers(ALIXAN.tenant_id, family_id=new_id())) as client:
        assert (await client.post("/news", json={"title": "x", "body": "y"})).status_code == 403


async def test_a_document_is_published_and_downloaded(harness: Harness, agent: dict[str, str]) -> None:
    async with harness.client(headers=agent) as client:
        file = ("règlement.pdf", b"%PDF-1.7 texte", "text/html")
        document = (await client.post("/documents", data={"title": "Règlement"}, files={"file": file})).json()
    assert (document["media_type"], document["size_bytes"]) == ("application/pdf", 14)
    async with harness.client() as client:
        assert document in (await client.get("/documents")).json()
        content = await client.get(f"/documents/{document['document_id']}/content")
    assert content.content == b"%PDF-1.7 texte"
    assert content.headers["content-type"] == "application/pdf"
    assert content.headers["content-disposition"].startswith("attachment;")


async def test_a_hostile_name_and_type_are_served_harmless(harness: Harness, agent: dict[str, str]) -> None:
    name = '../../\u202efdp.menu"; filename=stolen.html'
    async with harness.client(headers=agent) as client:
        file = (name, b"%PDF-1.7 <script>stolen()</script>", "text/html")
        document = (await client.post("/documents", data={"title": "Menu"}, files={"file": file})).json()
    async with harness.client() as client:
        served = (await client.get(f"/documents/{document['document_id']}/content")).headers
    assert served["content-type"] == "application/pdf"
    assert served["content-disposition"] == "attachment; filename*=UTF-8''" + quote(document["file_name"])
    assert not set('"/\\;\u202e') & set(document["file_name"])
    assert served["x-content-type-options"] == "nosniff"
    assert served["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"


async def test_a_title_is_one_line(harness: Harness, agent: dict[str, str]) -> None:
    async with harness.client(headers=agent) as client:
        answer = await client.post("/news", json={"title": "Menu\r\nBcc: x@example.org", "body": "x"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "title")


async def test_a_page_disguised_as_a_document_is_refused(harness: Harness, agent: dict[str, str]) -> None:
    async with harness.client(headers=agent) as client:
        file = ("menu.pdf", b"<html><script>alert(1)</script>", "application/pdf")
        response = await client.post("/documents", data={"title": "Menu"}, files={"file": file})
    assert (response.status_code, response.json()["type"]) == (422, "urn:portail-famille:problem:unaccepted-file")
