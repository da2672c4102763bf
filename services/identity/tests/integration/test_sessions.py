"""Logging in, staying logged in, logging out, changing the password."""

import asyncio
from typing import Any

import httpx
import jwt
import pytest

from chassis.authentication import TokenVerifier
from chassis.ids import new_id
from chassis.testing.plugin import ALIXAN
from contracts.values import Role
from identity.entrypoints.context import parts_of

PASSWORD = "girafe pliante du jeudi"


@pytest.fixture(scope="module")
async def parent(town: Any) -> dict[str, Any]:
    return await town.parent("Séance")


async def test_a_session_as_the_interface_promises(town: Any, parent: dict[str, Any]) -> None:
    response = await town.log_in("  Camille.SÉANCE ", remember=True)
    session = response.json()
    assert response.status_code == 200
    assert (session["expires_in"], session["refresh_expires_in"]) == (900, 30 * 86_400)
    assert session["must_change_password"] is False
    assert session["account"] == {
        "account_id": str(parent["account_id"]),
        "user_name": "camille.seance",
        "display_name": "Camille Séance",
        "roles": ["parent"],
        "family_id": str(parent["family_id"]),
        "guardian_id": str(parent["guardian_id"]),
    }
    assert (await town.log_in("camille.seance")).json()["refresh_expires_in"] == 12 * 3600


async def test_every_service_can_verify_the_token(town: Any, parent: dict[str, Any]) -> None:
    session = (await town.log_in(parent["user_name"])).json()
    transport = httpx.ASGITransport(app=town.harness.app)
    async with httpx.AsyncClient(transport=transport) as client:
        verifier = TokenVerifier("http://identity:8000/api/identity/v1/jwks", client)
        principal = await verifier.verify(session["access_token"])
        served = await client.get("http://identity:8000/api/identity/v1/jwks")
    assert (principal.account_id, principal.family_id) == (parent["account_id"], parent["family_id"])
    assert (principal.tenant_id, principal.roles) == (ALIXAN.tenant_id, {Role.PARENT})
    assert jwt.get_unverified_header(session["access_token"])["alg"] == "ES256"
    assert served.headers["cache-control"] == "public, max-age=300"
    assert all("d" not in key for key in served.json()["keys"])


async def test_wrong_password_and_unknown_user_get_the_same_answer_for_the_same_work(
    town: Any, parent: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher = parts_of(town.harness.runtime).hasher
    worked: list[str] = []
    matches = hasher._matches
    monkeypatch.setattr(hasher, "_matches", lambda kept, given: (worked.append(kept), matches(kept, given))[1])
    unopened = await town.register("Sans", "Passe")
    answers = []
    for user_name in (parent["user_name"], "personne.inconnue", unopened["user_name"]):
        worked.clear()
        response = await town.log_in(user_name, "une mauvaise phrase")
        answers.append((response.status_code, response.json(), [kept.split("$")[3] for kept in worked]))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 401
    assert answers[0][1]["type"].endswith(":wrong-credentials")
    assert answers[0][2] == ["m=19456,t=2,p=1"]


async def test_a_session_says_itself_whether_it_goes_on(town: Any, parent: dict[str, Any]) -> None:
    """Access tokens live on for minutes; whoever must know sooner asks."""
    ended, other = [(await town.log_in(parent["user_name"])).json() for _ in range(2)]

    async def goes_on(session: dict[str, Any]) -> httpx.Response:
        return await town.call("GET", "/sessions/current", headers=town.bearer(session))

    assert (await goes_on(ended)).status_code == 204
    await town.call("DELETE", "/sessions/current", headers=town.bearer(ended))
    refused = await goes_on(ended)
    assert (refused.status_code, refused.json()["type"]) == (401, "urn:portail-famille:problem:session-ended")
    assert (await goes_on(other)).status_code == 204
    new = (await change(town, other, PASSWORD, "encore une girafe")).json()
    assert (await change(town, new, "encore une girafe", PASSWORD)).status_code == 200
    assert (await goes_on(new)).status_code == 204, "the session that changes the password goes on"
    await town.harness.query("update session set expires_at = now() where account_id = $1", parent["account_id"])
    assert (await goes_on(new)).status_code == 401


async def test_another_communes_host_does_not_know_the_account(town: Any, parent: dict[str, Any]) -> None:
    async with town.harness.client("veyras") as client:
        body = {"user_name": parent["user_name"], "password": PASSWORD}
        assert (await client.post("/sessions", json=body)).status_code == 401


async def test_refreshing_rotates(town: Any, parent: dict[str, Any]) -> None:
    first = (await town.log_in(parent["user_name"])).json()
    second = (await town.refresh(first["refresh_token"])).json()
    third = await town.refresh(second["refresh_token"])
    assert third.status_code == 200
    assert len({first["refresh_token"], second["refresh_token"], third.json()["refresh_token"]}) == 3
    assert second["refresh_expires_in"] <= first["refresh_expires_in"]
    stored = await town.harness.query("select token_hash from refresh_token")
    assert first["refresh_token"].encode() not in [row["token_hash"] for row in stored]


async def test_two_tabs_refresh_at_once(town: Any, parent: dict[str, Any]) -> None:
    session = (await town.log_in(parent["user_name"])).json()
    answers = await asyncio.gather(*(town.refresh(session["refresh_token"]) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    for answer in answers:
        assert (await town.call("GET", "/account", headers=town.bearer(answer.json()))).status_code == 200
    assert (await town.refresh(answers[3].json()["refresh_token"])).status_code == 200


async def test_a_reused_token_ends_the_session_for_thief_and_owner(town: Any, parent: dict[str, Any]) -> None:
    stolen = (await town.log_in(parent["user_name"])).json()["refresh_token"]
    second = (await town.refresh(stolen)).json()["refresh_token"]
    newest = (await town.refresh(second)).json()["refresh_token"]
    reused = await town.refresh(stolen)
    assert (reused.status_code, reused.json()["type"]) == (401, "urn:portail-famille:problem:session-ended")
    assert (await town.refresh(newest)).status_code == 401


async def test_the_predecessor_is_reuse_after_its_grace(town: Any, parent: dict[str, Any]) -> None:
    old = (await town.log_in(parent["user_name"])).json()["refresh_token"]
    new = (await town.refresh(old)).json()["refresh_token"]
    await town.harness.query("update session set rotated_at = rotated_at - interval '31 seconds' where not ended")
    assert (await town.refresh(old)).status_code == 401
    assert (await town.refresh(new)).status_code == 401


@pytest.mark.parametrize("token", ["", "x", "é" * 150, "\x00"])
async def test_an_invented_token_opens_nothing(town: Any, token: str) -> None:
    assert (await town.refresh(token)).status_code == 401


async def test_an_expired_session_is_over(town: Any, parent: dict[str, Any]) -> None:
    token = (await town.log_in(parent["user_name"])).json()["refresh_token"]
    await town.harness.query("update session set expires_at = now() where account_id = $1", parent["account_id"])
    assert (await town.refresh(token)).status_code == 401


async def test_logging_out_ends_the_session(town: Any, parent: dict[str, Any]) -> None:
    session = (await town.log_in(parent["user_name"])).json()
    other = (await town.log_in(parent["user_name"])).json()
    for _ in range(2):
        assert (await town.call("DELETE", "/sessions/current", headers=town.bearer(session))).status_code == 204
    assert (await town.refresh(session["refresh_token"])).status_code == 401
    assert (await town.refresh(other["refresh_token"])).status_code == 200


async def change(town: Any, session: dict[str, Any], current: str, new: str) -> httpx.Response:
    body = {"current_password": current, "new_password": new}
    response: httpx.Response = await town.call("PUT", "/account/password", body, town.bearer(session))
    return response


async def test_changing_the_password_ends_the_other_sessions(town: Any) -> None:
    parent = await town.parent("Change")
    mine, other = [(await town.log_in(parent["user_name"])).json() for _ in range(2)]
    changed = await change(town, mine, PASSWORD, "un autre hérisson bleu")
    assert changed.status_code == 200
    assert (await town.refresh(changed.json()["refresh_token"])).status_code == 200
    assert (await town.refresh(other["refresh_token"])).status_code == 401
    assert (await town.log_in(parent["user_name"])).status_code == 401
    assert (await town.log_in(parent["user_name"], "un autre hérisson bleu")).status_code == 200
    ended = await change(town, other, "un autre hérisson bleu", PASSWORD)
    assert (ended.status_code, ended.json()["type"]) == (401, "urn:portail-famille:problem:session-ended")


@pytest.mark.parametrize(
    ("current", "new", "status", "slug"),
    [
        ("pas le bon du tout", "un autre hérisson bleu", 409, "wrong-password"),
        (PASSWORD, "court", 422, "weak-password"),
        (PASSWORD, "camille.seance", 422, "weak-password"),
        (PASSWORD, PASSWORD, 422, "weak-password"),
        (PASSWORD, "x" * 201, 422, "invalid-payload"),
    ],
)
async def test_refused_changes_change_nothing(
    town: Any, parent: dict[str, Any], current: str, new: str, status: int, slug: str
) -> None:
    session = (await town.log_in(parent["user_name"])).json()
    refused = await change(town, session, current, new)
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (status, slug)
    assert (await town.log_in(parent["user_name"])).status_code == 200


async def test_a_first_password_opens_only_the_change(town: Any) -> None:
    account = await town.register("Premier", "Passage")
    path = f"/accounts/{account['account_id']}/first-password"
    given = (await town.call("POST", path, {}, town.staff)).json()
    assert given["user_name"] == "premier.passage"
    limited = (await town.log_in("premier.passage", given["first_password"])).json()
    assert limited["must_change_password"] is True
    claims = jwt.decode(limited["access_token"], options={"verify_signature": False})
    assert (claims["roles"], "family" in claims, "guardian" in claims) == ([], False, False)
    assert (await town.call("GET", "/accounts", headers=town.bearer(limited))).status_code == 403
    seen = await town.call("GET", "/account", headers=town.bearer(limited))
    assert seen.json()["must_change_password"] is True
    full = (await change(town, limited, given["first_password"], PASSWORD)).json()
    assert full["must_change_password"] is False
    assert jwt.decode(full["access_token"], options={"verify_signature": False})["roles"] == ["parent"]


async def test_a_key_header_is_ignored_and_no_secret_is_kept(town: Any, parent: dict[str, Any]) -> None:
    body = {"user_name": parent["user_name"], "password": PASSWORD}
    async with town.harness.client(headers={"idempotency-key": str(new_id())}) as client:
        session = (await client.post("/sessions", json=body)).json()
        changed = await client.put(
            "/account/password",
            json={"current_password": PASSWORD, "new_password": "encore une girafe"},
            headers=town.bearer(session),
        )
        back = await client.put(
            "/account/password",
            json={"current_password": "encore une girafe", "new_password": PASSWORD},
            headers=town.bearer(changed.json()),
        )
    assert (changed.status_code, back.status_code) == (200, 200)
    assert await town.harness.query("select 1 from idempotency_key") == []
