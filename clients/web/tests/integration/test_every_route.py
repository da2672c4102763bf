"""What holds on every route of the application, whoever asks and whatever they send; the routes tell themselves."""

import re
from itertools import cycle
from urllib.parse import urlsplit

import httpx
import pytest
from fake_api.world import FAMILY, STAFF_USER, World, an_id, invoice
from fastapi import FastAPI
from fastapi.routing import APIRoute

from web import family, town_hall

pytestmark = pytest.mark.integration

ROUTES = [
    route for router in (*family.ROUTERS, *town_hall.ROUTERS) for route in router.routes if isinstance(route, APIRoute)
]
KNOWN = {"family_id": FAMILY, "invoice_id": an_id("2209001"), "token": "bon-jeton-123", "school_year": 2022}
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    "javascript:alert(1)",
    "https:evil.example",
    "/%0d%0aLocation: https://evil.example/",
)
HOSTILE = "<script>stolen()</script>\"'{{7*7}}{%x%}"
WHO = ("visitor", "parent", "staff")


def address(route: APIRoute) -> str:
    return re.sub(r"{(\w+)}", lambda found: str(KNOWN.get(found[1], an_id(found[1]))), route.path)


def of_method(method: str) -> list[APIRoute]:
    found = [route for route in ROUTES if method in route.methods]
    assert len(found) > 20, "the routes were not found"
    return found


@pytest.fixture
async def somebody(request: pytest.FixtureRequest, visitor, world: World):
    """A visitor, a parent or someone of the town hall."""
    world.invoices.append(invoice("2209001", 2000))
    if request.param != "visitor":
        await visitor.log_in(**({"user": STAFF_USER} if request.param == "staff" else {}))
    return visitor


def leads_away(answer: httpx.Response) -> bool:
    location = answer.headers.get("location", "/")
    parts = urlsplit(location)
    return bool(parts.scheme or parts.netloc) or not location.startswith("/") or location.startswith(("//", "/\\"))


@pytest.mark.parametrize("somebody", WHO, indirect=True)
async def test_every_page_keeps_to_itself(somebody) -> None:
    seen = set()
    for route in of_method("GET"):
        answer = await somebody.get(address(route))
        headers, policy = answer.headers, answer.headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy, route.path
        assert "unsafe" not in policy, route.path
        assert "frame-ancestors 'none'; base-uri 'none'" in policy, route.path
        assert headers["x-content-type-options"] == "nosniff", route.path
        assert headers["referrer-policy"] == headers["cross-origin-opener-policy"] == "same-origin", route.path
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert headers["cache-control"] == "no-store", route.path
        elif answer.status_code == 200 and "disposition" not in str(headers):
            assert route.path in {"/theme.css", "/paiement/{payment_id}/etat"}, "a file is always an attachment"
        seen.add(answer.status_code)
    assert 200 in seen


@pytest.mark.parametrize("somebody", WHO, indirect=True)
async def test_nothing_sent_in_an_address_comes_back_as_markup(somebody) -> None:
    for route in of_method("GET"):
        names = [parameter.name for parameter in route.dependant.query_params]
        for given in (dict.fromkeys(names, HOSTILE), {"other": HOSTILE}):
            answer = await somebody.get(address(route), params=given)
            assert "<script>stolen" not in answer.text, (route.path, names)
            assert not leads_away(answer), route.path
    answer = await somebody.get(f"/{HOSTILE}")
    assert "<script>stolen" not in answer.text


@pytest.mark.parametrize("somebody", WHO, indirect=True)
async def test_no_address_leads_away(somebody) -> None:
    evil = "https://evil.example/"
    headers = {"Referer": evil, "X-Forwarded-Host": "evil.example", "X-Original-URL": evil}
    values = cycle(ELSEWHERE)
    for route in of_method("GET"):
        names = [parameter.name for parameter in route.dependant.query_params]
        for name in (*names, "next"):
            answer = await somebody.get(address(route), params={name: next(values)}, headers=headers)
            assert not leads_away(answer), (route.path, name)
    for path in ("//evil.example/accueil", "/\\evil.example", "/%2F/evil.example", "/accueil//evil.example"):
        request = somebody.build_request("GET", "/", headers=headers)
        request.url = request.url.copy_with(raw_path=path.encode())
        assert not leads_away(await somebody.send(request)), path


@pytest.mark.parametrize("somebody", WHO, indirect=True)
async def test_no_form_leads_away_or_gives_back_markup(somebody) -> None:
    """Every field of every form, with the token of this browser; the bank alone is elsewhere, and is a form."""
    page = await somebody.get("/messagerie", follow_redirects=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    for route in of_method("POST"):
        names = [parameter.name for parameter in route.dependant.body_params]
        if route.path in {"/deconnexion", "/connexion"}:
            continue  # they end this session; where the login leads is tested with the shell
        for value in (HOSTILE, "//evil.example/"):
            answer = await somebody.post(
                address(route),
                data={"csrf_token": token[1], **dict.fromkeys(names, value)},
                headers={"Referer": "https://evil.example/", "X-Forwarded-Host": "evil.example"},
            )
            assert answer.status_code != 500, route.path
            assert "<script>stolen" not in answer.text, (route.path, names)
            assert not leads_away(answer), (route.path, answer.headers.get("location"))


async def test_a_session_set_before_the_login_is_not_kept(app: FastAPI, visitor) -> None:
    """Someone else's session, planted in the browser, is replaced; its form token is worth nothing."""
    await visitor.log_in()
    planted = visitor.cookies["__Host-session"]
    transport = httpx.ASGITransport(app=app)
    async with type(visitor)(transport=transport, base_url="https://alixan.localhost") as victim:
        victim.cookies.set("__Host-session", planted, domain="alixan.localhost")
        victim.cookies.set("__Host-visitor", "p" * 32, domain="alixan.localhost")
        page = await victim.get("/accueil")
        before = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert before
        answer = await victim.post(
            "/connexion", data={"csrf_token": before[1], "user_name": "camille.martin", "password": "x"}
        )
        assert answer.status_code == 401
        await victim.submit("/deconnexion", seen_on="/accueil")
        await victim.log_in()
        assert victim.cookies["__Host-session"] != planted
        assert (await victim.post("/deconnexion", data={"csrf_token": before[1]})).status_code == 403


async def test_cookies_are_the_hosts_alone(visitor) -> None:
    """As browsers demand of ``__Host-``: secure, the whole host, no other one; out of reach of scripts."""
    answers = [await visitor.get("/"), await visitor.log_in(remember="true")]
    cookies = [cookie for answer in answers for cookie in answer.headers.get_list("set-cookie")]
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-visitor", "__Host-session", "__Host-device"}
    for cookie in cookies:
        flags = set(cookie.split("; ")[1:])
        assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} <= flags
        assert not [flag for flag in flags if flag.lower().startswith("domain")]
