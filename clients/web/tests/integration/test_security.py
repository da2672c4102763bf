"""No unsafe request without proof of its origin; no page without its headers; nothing personal in the logs."""

import asyncio
import json
import logging

import httpx
import pytest
from fake_api.world import USER, World
from fastapi import FastAPI
from fastapi.routing import APIRoute

from web.app import create_app
from web.security.headers import policy_for_bank

pytestmark = pytest.mark.integration

_ID = "00000000-0000-0000-0000-000000000001"


def _unsafe_paths(app: FastAPI) -> list[tuple[str, str]]:
    """Every unsafe route of the application, wherever it was added, and one that does not exist."""
    found = [("POST", "/nulle-part")]
    for route in app.router.routes:
        included = getattr(route, "original_router", None)
        for one in included.routes if included else [route]:
            if isinstance(one, APIRoute):
                path = one.path
                for name in ("{order_id}", "{payment_id}", "{line_id}", "{token}", "{invoice_id}"):
                    path = path.replace(name, _ID)
                found += [(method, path) for method in one.methods - {"GET", "HEAD", "OPTIONS"}]
    return found


class TestForgedRequests:
    async def test_no_unsafe_route_answers_without_the_token(self, app, parent, world: World) -> None:
        paths = _unsafe_paths(app)
        assert len(paths) > 15, "the routes were not found"
        world.requests.clear()
        for method, path in paths:
            for data in ({}, {"csrf_token": ""}, {"csrf_token": "0" * 64}):
                answer = await parent.request(method, path, data=data)
                assert answer.status_code == 403, (method, path)
        unsafe = [(method, path) for method, path, _ in world.requests if method != "GET"]
        assert unsafe == []

    @pytest.mark.parametrize(
        "headers",
        [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
         {"Sec-Fetch-Site": "same-site"}],
    )  # fmt: skip
    async def test_another_site_is_refused_even_with_a_token(self, parent, headers, world: World) -> None:
        page = await parent.get("/accueil")
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        answer = await parent.post("/deconnexion", data={"csrf_token": token}, headers=headers)
        assert answer.status_code == 403
        assert world.refresh

    async def test_a_token_from_before_login_is_worth_nothing_after(self, visitor) -> None:
        page = await visitor.get("/")
        before = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        await visitor.log_in()
        assert (await visitor.post("/deconnexion", data={"csrf_token": before})).status_code == 403

    async def test_a_token_of_another_browser_is_refused(self, app, parent) -> None:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="https://alixan.localhost") as other:
            page = await other.get("/")
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        assert (await parent.post("/deconnexion", data={"csrf_token": token})).status_code == 403

    async def test_json_cannot_carry_a_token(self, parent) -> None:
        assert (await parent.post("/deconnexion", json={"csrf_token": "x"})).status_code == 403

    async def test_an_endless_body_is_refused(self, parent) -> None:
        assert (await parent.post("/deconnexion", content=b"x" * (12 * 1024 * 1024))).status_code == 413


class TestSessions:
    async def test_login_keeps_nothing_of_an_earlier_session(self, visitor) -> None:
        await visitor.log_in()
        first = visitor.cookies["__Host-session"]
        await visitor.submit("/deconnexion", seen_on="/accueil")
        await visitor.log_in()
        assert visitor.cookies["__Host-session"] != first

    async def test_a_device_is_recognised_at_its_next_login(self, visitor, world: World) -> None:
        first = await visitor.log_in()
        (cookie,) = [each for each in first.headers.get_list("set-cookie") if each.startswith("__Host-device=")]
        assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax", "Max-Age=15552000"} <= set(cookie.split("; "))
        await visitor.submit("/deconnexion", seen_on="/accueil")
        again = await visitor.log_in()
        assert world.devices == [None, f"device-of-{USER}.0123456789"]
        assert "__Host-device" not in str(again.headers.get_list("set-cookie")), "nothing new to keep"

    async def test_a_device_cookie_that_is_none_is_not_passed_on(self, visitor, world: World) -> None:
        visitor.cookies.set("__Host-device", "x" * 500, domain="alixan.localhost")
        assert (await visitor.log_in()).status_code == 303
        assert world.devices == [None]

    async def test_a_cookie_kept_from_before_the_logout_opens_nothing(self, visitor) -> None:
        await visitor.log_in()
        kept = visitor.cookies["__Host-session"]
        await visitor.submit("/deconnexion", seen_on="/accueil")
        answer = await visitor.get("/accueil", headers={"Cookie": f"__Host-session={kept}"})
        assert answer.headers["location"] == "/?suite=%2Faccueil"

    async def test_a_logout_in_another_replica_ends_the_cookie_within_seconds(
        self, app, visitor, api, settings, world: World, monkeypatch
    ) -> None:
        monkeypatch.setattr("web.security.liveness.TRUSTED_SECONDS", 0.05)
        other = create_app(settings, httpx.ASGITransport(app=api.app))
        await visitor.log_in()
        kept = {"Cookie": f"__Host-session={visitor.cookies['__Host-session']}"}
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app=other), base_url="https://alixan.localhost"
        ) as at:
            assert (await at.get("/accueil", headers=kept)).status_code == 200
            world.sessions_ended = True
            async with asyncio.timeout(30):
                while (answer := await at.get("/accueil", headers=kept)).status_code == 200:
                    await asyncio.sleep(0.01)
        assert answer.headers["location"] == "/?suite=%2Faccueil"
        assert "__Host-session=" in answer.headers["set-cookie"], "the browser forgets it"
        assert world.access, "the access token itself would still be good"

    async def test_identity_is_asked_once_for_the_pages_of_some_seconds(self, parent, world: World) -> None:
        world.requests.clear()
        for _ in range(3):
            await parent.get("/dossier")
        asked = [path for _, path, _ in world.requests if path == "/api/identity/v1/sessions/current"]
        assert len(asked) == 1

    async def test_while_identity_is_away_a_session_goes_on(self, parent, world: World) -> None:
        await parent.get("/dossier")
        world.down = {"identity"}
        assert (await parent.get("/dossier")).status_code == 200

    async def test_tokens_never_reach_the_browser(self, visitor, world: World) -> None:
        await visitor.log_in()
        tiles = await visitor.get("/accueil")
        (access,), (refresh,) = world.access, world.refresh
        seen = tiles.text + str(tiles.headers) + str(dict(visitor.cookies))
        assert access not in seen
        assert refresh not in seen

    async def test_is_renewed_before_it_ends(self, app, visitor, world: World, monkeypatch) -> None:
        await visitor.log_in()
        before = visitor.cookies["__Host-session"]
        monkeypatch.setattr("web.security.session._RENEW_BEFORE_SECONDS", 10_000)
        assert (await visitor.get("/accueil")).status_code == 200
        assert len(world.access) == 2
        assert visitor.cookies["__Host-session"] != before

    async def test_one_that_cannot_be_renewed_asks_to_log_in(self, visitor, world: World, monkeypatch) -> None:
        await visitor.log_in()
        world.refresh.clear()
        monkeypatch.setattr("web.security.session._RENEW_BEFORE_SECONDS", 10_000)
        assert (await visitor.get("/accueil")).headers["location"] == "/?suite=%2Faccueil"
        assert "__Host-session" not in visitor.cookies


class TestHeaders:
    @pytest.mark.parametrize("path", ["/", "/nulle-part", "/health/live", "/theme.css"])
    async def test_every_answer_is_protected(self, visitor, path) -> None:
        headers = (await visitor.get(path)).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:")
        assert "form-action 'self'; frame-ancestors 'none'; base-uri 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "permissions-policy" in headers

    async def test_an_unexpected_error_is_protected_and_kind(self, app, visitor, monkeypatch) -> None:
        def fail(*_arguments: object) -> str:
            raise RuntimeError("surprise")

        monkeypatch.setattr("web.family.home.theme_css", fail)
        answer = await visitor.get("/theme.css")
        assert answer.status_code == 500
        assert "Une erreur est survenue" in answer.text
        assert "surprise" not in answer.text
        assert "content-security-policy" in answer.headers

    @pytest.mark.parametrize("action", ["javascript:alert(1)", "https://", "https://a b/", "https://x;y/", "/local"])
    def test_only_an_address_can_be_added_to_the_policy(self, action) -> None:
        with pytest.raises(ValueError, match="bank"):
            policy_for_bank(action)

    async def test_pages_hold_no_inline_script_or_style(self, parent) -> None:
        for path in ("/accueil", "/dossier", "/planning", "/factures", "/inscriptions/paiement-immediat"):
            page = (await parent.get(path)).text
            assert "<style" not in page
            assert " style=" not in page
            assert page.count("<script") == page.count('<script type="module" src="/static/')


class TestOperations:
    async def test_the_api_is_told_commune_caller_and_trace(self, parent, world: World) -> None:
        trace = f"00-{'a' * 32}-{'b' * 16}-01"
        world.requests.clear()
        await parent.get("/dossier", headers={"X-Request-Id": "request-1", "traceparent": trace})
        headers = next(headers for _, path, headers in world.requests if path == "/api/enrolment/v1/family")
        assert headers["host"] == "alixan.localhost"
        assert headers["x-request-id"] == "request-1"
        assert headers["traceparent"].startswith(f"00-{'a' * 32}-")
        assert headers["authorization"].startswith("Bearer ")

    async def test_health_and_metrics(self, visitor) -> None:
        assert (await visitor.get("/health/live")).json() == {"status": "live"}
        await visitor.get("/")
        assert (
            'portail_web_request_seconds_count{method="GET",route="/",status="200"}'
            in (await visitor.get("/metrics")).text
        )

    async def test_logs_hold_nothing_personal(self, visitor, capsys) -> None:
        from web.logs import configure_logging

        configure_logging("info")
        try:
            await visitor.log_in()
            await visitor.get("/mot-de-passe/jeton-tres-secret")
        finally:
            logging.getLogger().handlers.clear()
        lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
        assert {"/connexion", "/mot-de-passe/{token}"} <= {json.loads(line).get("route") for line in lines}
        written = "\n".join(lines)
        assert USER not in written
        assert "jeton-tres-secret" not in written
