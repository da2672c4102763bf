"""Documents of absences: sealed, read by who decides and by who sent them, deleted when they have served."""

import asyncio
import base64
import os
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog

from chassis.ids import new_id
from chassis.secrets import SecretBox, UnreadableSecretError
from chassis.testing.plugin import VEYRAS
from contracts.values import Role
from planning.domain.absence_documents import MAX_BYTES

MONDAY, TUESDAY, THURSDAY = "2022-09-05", "2022-09-06", "2022-09-08"
PDF = b"%PDF-1.7 certificat"
JPEG = b"\xff\xd8\xff\xe0 photo"
WORD = ("certificat du docteur.pdf", PDF)
KEPT = "select * from absence_document where family_id = $1 order by sent_at, document_id"


class Home:
    """A family that has booked three days of a canteen where illness is excused on proof."""

    def __init__(self, world: Any, canteen: UUID, family: UUID, child: UUID) -> None:
        self.world, self.canteen, self.family, self.child = world, canteen, family, child

    async def announce(self, *days: str, reason: str = "illness", files: Any = (WORD,)) -> Any:
        return await self.world.announce(self.family, self.child, self.canteen, *days, reason=reason, files=files)

    async def announced(self, *days: str, files: Any = (WORD,)) -> dict[str, Any]:
        answer = await self.announce(*days, files=files)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = next(each for each in answer.json()["announced"] if each["day"] == days[0])
        return found

    async def add(self, announcement_id: str, *files: Any) -> Any:
        async with self.world.parent(self.family) as client:
            sent = [("documents", file) for file in files]
            return await client.post(f"/absences/{announcement_id}/documents", files=sent)

    async def call(self, method: str, document_id: str) -> Any:
        async with self.world.parent(self.family) as client:
            return await client.request(method, f"/absences/documents/{document_id}")

    async def decide(self, absence: dict[str, Any]) -> None:
        async with self.world.staff() as client:
            url = f"/town-hall/absences/{absence['absence_id']}/decision"
            assert (await client.post(url, json={"justified": True})).status_code == 204

    async def kept(self) -> list[Any]:
        rows: list[Any] = await self.world.harness.query(KEPT, self.family)
        return rows

    async def trail(self) -> list[str]:
        async with self.world.parent(self.family) as client:
            return [entry["reason"] for entry in (await client.get("/trail")).json()["items"] if entry["reason"]]


@pytest.fixture
async def home(world) -> Home:
    canteen = await world.activity()
    async with world.staff(Role.ADMINISTRATOR) as client:
        policy = {"excused": ["illness", "strike"], "on_proof": ["illness"]}
        assert (await client.put(f"/activities/{canteen}/absence-policy", json=policy)).is_success
    family, child = await world.enrolled(canteen)
    assert (await world.book(family, child, canteen, MONDAY, TUESDAY, THURSDAY)).status_code == 200
    world.stand_at(2022, 9, 5)
    return Home(world, canteen, family, child)


async def test_what_is_sent_is_sealed_and_given_back(world, home) -> None:
    async with world.parent(home.family) as client:
        possible = (await client.get("/absences")).json()["possible"]
    assert {tuple(each["on_proof"]) for each in possible} == {("illness",)}
    absence = await home.announced(MONDAY, TUESDAY, files=(WORD, ("photo.png", JPEG)))
    shown = [(each["file_name"], each["media_type"], each["size_bytes"]) for each in absence["documents"]]
    assert shown == [
        ("certificat du docteur.pdf", "application/pdf", len(PDF)),
        ("photo.jpg", "image/jpeg", len(JPEG)),
    ]
    document_id = absence["documents"][0]["document_id"]
    rows = await home.kept()
    assert not [row for row in rows if b"certificat" in row["sealed"] or b"photo" in row["sealed"]]
    given = await home.call("GET", document_id)
    async with world.staff() as client:
        params = {"from": MONDAY, "to": THURSDAY}
        listed = [each for each in (await client.get("/town-hall/absences", params=params)).json()
                  if each["family_id"] == str(home.family)]  # fmt: skip
        with structlog.testing.capture_logs() as lines:
            read = await client.get(f"/town-hall/absences/documents/{document_id}")
    assert [each["documents"] for each in listed] == [absence["documents"]] * 2
    assert given.content == read.content == PDF
    for headers in (given.headers, read.headers):
        assert headers["content-disposition"] == "attachment; filename*=UTF-8''certificat%20du%20docteur.pdf"
        assert (headers["content-type"], headers["cache-control"]) == ("application/pdf", "no-store")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    (said,) = [line for line in lines if line["event"] == "absence_document_read"]
    assert said.keys() == {"event", "log_level", "tenant", "account", "document"}
    assert (said["tenant"], said["document"]) == ("alixan", document_id)
    assert (await home.trail())[:1] == ["Raison : maladie. 2 documents sont joints."]


async def test_neither_name_nor_content_is_told_elsewhere(world, home) -> None:
    await home.announced(MONDAY)
    told = await world.harness.query(
        "select body::text as said from kept.published_event where body::text like $1"
        " union all select row_to_json(trail)::text from trail where family_id = $2",
        f"%{home.family}%",
        home.family,
    )
    assert len(told) >= 2
    assert not [row for row in told if "docteur" in row["said"] or "certificat" in row["said"]]


async def test_a_document_is_added_and_taken_back_until_the_decision(home) -> None:
    absence = await home.announced(MONDAY, files=())
    added = await home.add(absence["announcement_id"], WORD, ("photo.jpg", JPEG))
    assert (added.status_code, [each["media_type"] for each in added.json()]) == (
        201,
        ["application/pdf", "image/jpeg"],
    )
    first, second = (each["document_id"] for each in added.json())
    assert (await home.call("DELETE", first)).status_code == 204
    assert (await home.call("DELETE", first)).status_code == 404
    assert (await home.trail())[:3] == ["Un document est retiré.", "2 documents sont joints.", "Raison : maladie."]
    await home.decide(absence)
    late = [await home.add(absence["announcement_id"], WORD), await home.call("DELETE", second)]
    assert [(answer.status_code, answer.json()["type"].rpartition(":")[2]) for answer in late] == [
        (409, "absence-decided")
    ] * 2
    assert [str(row["document_id"]) for row in await home.kept()] == [second]


async def test_a_fourth_is_refused_also_when_they_come_at_once(home) -> None:
    absence = await home.announced(MONDAY, files=(WORD, WORD))
    answers = await asyncio.gather(*(home.add(absence["announcement_id"], WORD) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 422, 422]
    assert len(await home.kept()) == 3


@pytest.mark.parametrize(
    ("files", "status", "slug"),
    [
        ([("mot.pdf", b"<html>")], 422, "unaccepted-file"),
        ([WORD, ("vide.pdf", b"")], 422, "unaccepted-file"),
        ([("grand.jpg", JPEG + bytes(MAX_BYTES))], 413, "file-too-large"),
        ([WORD] * 4, 422, "too-many-documents"),
    ],
)
async def test_a_refused_file_announces_nothing(home, files, status: int, slug: str) -> None:
    answer = await home.announce(MONDAY, files=files)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (status, slug)
    assert (await home.kept(), await home.trail()) == ([], [])


async def test_the_largest_three_pass_and_what_is_beyond_is_not_read(home) -> None:
    full = JPEG + bytes(MAX_BYTES - len(JPEG))
    absence = await home.announced(MONDAY, files=[("a.jpg", full)] * 3)
    assert [each["size_bytes"] for each in absence["documents"]] == [MAX_BYTES] * 3
    answer = await home.announce(TUESDAY, files=[("a.jpg", full)] * 3 + [("b.jpg", bytes(2 * 1024 * 1024))])
    assert (answer.status_code, answer.json()["detail"]) == (413, "L'envoi est trop volumineux : 16 Mo au plus.")


async def test_no_document_is_kept_where_none_is_wanted(home) -> None:
    answer = await home.announce(MONDAY, reason="strike")
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "no-document-wanted")
    assert await home.kept() == []
    assert (await home.announce(MONDAY, reason="strike", files=())).status_code == 200


async def test_sent_twice_it_is_kept_once(world, home) -> None:
    absence = await home.announced(MONDAY, files=())
    async with world.parent(home.family, **{"idempotency-key": str(uuid4())}) as client:
        url, headers = (
            f"/absences/{absence['announcement_id']}/documents",
            {"content-type": "multipart/form-data; boundary=b"},
        )
        answers = [await client.post(url, files=[("documents", WORD)], headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(await home.kept()) == 1


async def test_others_do_not_read_it(world, home) -> None:
    absence = await home.announced(MONDAY)
    (document,) = absence["documents"]
    own = f"/absences/documents/{document['document_id']}"
    other = Home(world, home.canteen, (await world.family("Zoé"))[0], home.child)
    assert [(await other.call(method, document["document_id"])).status_code for method in ("GET", "DELETE")] == [
        404
    ] * 2
    assert (await other.add(absence["announcement_id"], WORD)).status_code == 404
    async with world.parent(home.family) as parent, world.staff() as agent:
        assert (await parent.get(f"/town-hall{own}")).status_code == 403
        assert (await agent.get(own)).status_code == 403
        assert (await agent.get(f"/town-hall/absences/documents/{uuid4()}")).status_code == 404
    signer = world.harness.signer
    for tenant_id, slug, status in ((VEYRAS.tenant_id, "veyras", 404), (VEYRAS.tenant_id, "alixan", 403)):
        async with world.harness.client(slug, signer.headers(tenant_id, Role.AGENT)) as client:
            assert (await client.get(f"/town-hall{own}")).status_code == status
    assert len(await home.kept()) == 1


async def test_the_childs_other_home_has_its_own(world, home, registered) -> None:
    absence = await home.announced(MONDAY)
    second, _ = await world.family("Zoé")
    await world.keep(registered("Louis", home.family, second, member_id=home.child))
    other = Home(world, home.canteen, second, home.child)
    async with world.parent(second) as client:
        assert (await client.get("/absences")).json()["announced"] == []
    assert (await other.call("GET", absence["documents"][0]["document_id"])).status_code == 404
    assert (await other.add(absence["announcement_id"], WORD)).status_code == 404


async def test_another_key_or_place_opens_nothing(world, home) -> None:
    first, second = await home.announced(MONDAY), await home.announced(TUESDAY)
    ids = [UUID(each["documents"][0]["document_id"]) for each in (first, second)]
    (row, _) = await home.kept()
    purpose = f"absence-document/{world.tenant_id}/{row['document_id']}"
    assert world.harness.runtime.settings.secret_box.open(row["sealed"], purpose=purpose) == PDF
    with pytest.raises(UnreadableSecretError):
        SecretBox(os.urandom(32)).open(row["sealed"], purpose=purpose)
    await world.harness.query(
        "update absence_document set sealed = (select sealed from absence_document where document_id = $1)"
        " where document_id = $2",
        *ids,
    )
    answers = [(await home.call("GET", str(each))).status_code for each in ids]
    assert answers == [200, 500], "sealed for its own id alone"
    await world.harness.query("delete from absence_document where family_id = $1", home.family)


async def test_a_replaced_key_opens_nothing_once_all_is_sealed_anew(world, home, monkeypatch) -> None:
    await home.announced(MONDAY)
    runtime = world.harness.runtime
    old = runtime.settings.secret_key.get_secret_value()
    new = base64.b64encode(secrets.token_bytes(32)).decode()
    changed = runtime.settings.model_copy(
        update={"secret_key": type(runtime.settings.secret_key)(new), "former_secret_keys": runtime.settings.secret_key}
    )
    tenant = await runtime.tenants.by_host("alixan.localhost")
    with monkeypatch.context() as patched:
        patched.setattr(runtime, "settings", changed)
        assert await runtime.declaration.reseal(runtime, tenant) >= 1
        (row,) = await home.kept()
        purpose = f"absence-document/{world.tenant_id}/{row['document_id']}"
        assert SecretBox(base64.b64decode(new)).open(row["sealed"], purpose=purpose) == PDF
        with pytest.raises(UnreadableSecretError):
            SecretBox(base64.b64decode(old)).open(row["sealed"], purpose=purpose)
    await world.harness.query("delete from absence_document")


@pytest.mark.parametrize(("days", "left"), [(29.99, 1), (30, 0)])
async def test_deleted_thirty_days_after_the_decision(world, home, days: float, left: int) -> None:
    absence = await home.announced(MONDAY)
    await home.decide(absence)
    world.harness.clock.instant += timedelta(days=days)
    await world.harness.run_job("forget-absence-documents")
    assert len(await home.kept()) == left


@pytest.mark.parametrize(("days", "left"), [(90, 1), (91, 0)])
async def test_deleted_ninety_days_after_the_day_at_the_latest(world, home, days: int, left: int) -> None:
    await home.announced(MONDAY)
    world.harness.clock.instant += timedelta(days=days)
    await world.harness.run_job("forget-absence-documents")
    assert len(await home.kept()) == left


async def test_one_day_that_waits_keeps_the_documents_of_all(world, home) -> None:
    absence = await home.announced(MONDAY, TUESDAY)
    await home.decide(absence)
    world.harness.clock.instant += timedelta(days=31)
    await world.harness.run_job("forget-absence-documents")
    assert len(await home.kept()) == 1


async def test_the_database_itself_refuses_what_is_too_large_or_of_another_type(world, home) -> None:
    async def kept(size: int, media_type: str = "image/png") -> None:
        await world.harness.query(
            "insert into absence_document values ($1, $2, $2, $3, 'a.png', $4, $5, $6, now())",
            world.tenant_id, new_id(), home.family, media_type, size, bytes(size + 28),
        )  # fmt: skip

    await kept(MAX_BYTES)
    for size, media_type in ((MAX_BYTES + 1, "image/png"), (0, "image/png"), (1, "text/html")):
        with pytest.raises(Exception, match="violates check constraint"):
            await kept(size, media_type)
