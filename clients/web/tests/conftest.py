"""The web client in this process, over a fake of the public API."""

import base64
import re
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from jinja2 import Environment

sys.path.insert(0, str(Path(__file__).parent))

from fake_api import FakeApi
from fake_api.world import PASSWORD, REGISSEUR_USER, USER, World

from web.app import create_app
from web.rendering.assets import Assets
from web.rendering.environment import make_environment
from web.settings import WebSettings

ORIGIN = "http://alixan.localhost"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_MARKUP = re.compile("<textarea.*?</textarea>|<[^>]*>", re.DOTALL)
_LOOSE = re.compile(r".{0,30}(?:« | [»?!:;](?!\w)).{0,10}")
_HELD = re.compile("(?<=«)\u00a0|\u00a0(?=[»?!:;])")


class Visitor(httpx.AsyncClient):
    """A browser without JavaScript: keeps cookies, sends the token and origin of the forms it has seen."""

    async def submit(
        self,
        path: str,
        fields: dict[str, object] | None = None,
        *,
        seen_on: str = "/",
        files: Sequence[tuple[str, tuple[str, bytes]]] = (),
    ) -> httpx.Response:
        """Reads a page, then sends a form with its token."""
        page = await self.get(seen_on, follow_redirects=True)
        token = _TOKEN.search(page.text)
        assert token, f"no form on {seen_on}: {page.status_code}"
        data = {"csrf_token": token.group(1)} | (fields or {})
        headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
        return await self.post(path, data=data, files=files, headers=headers)

    async def log_in(self, user: str = USER, password: str = PASSWORD, **fields: object) -> httpx.Response:
        """Fills the login box."""
        return await self.submit("/connexion", {"user_name": user, "password": password} | fields)


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def world(api: FakeApi) -> World:
    return api.world


@pytest.fixture
def settings() -> WebSettings:
    key = base64.b64encode(b"k" * 32).decode()
    return WebSettings(api_url="http://gateway", secret_key=key, payment_patience_seconds=1, check_patience_seconds=0.5)


@pytest.fixture(scope="session")
def templates() -> Environment:
    """Compiled once for all tests."""
    return make_environment(Assets())


@pytest.fixture
def app(api: FakeApi, settings: WebSettings, templates: Environment) -> FastAPI:
    built = create_app(settings, httpx.ASGITransport(app=api.app, raise_app_exceptions=False))
    built.state.web = replace(built.state.web, templates=templates)
    return built


@pytest_asyncio.fixture
async def visitor(app: FastAPI) -> AsyncIterator[Visitor]:
    # Over https in name: a client keeps Secure cookies, as browsers do on *.localhost.
    hooks = {"response": [_read_loosely]}
    transport = httpx.ASGITransport(app=app)
    async with Visitor(transport=transport, base_url="https://alixan.localhost", event_hooks=hooks) as client:
        yield client


async def _read_loosely(response: httpx.Response) -> None:
    """On every page each mark is held to its word; tests then read sentences as they are written."""
    if response.headers.get("content-type", "").startswith("text/html"):
        page = (await response.aread()).decode()
        assert _LOOSE.findall(_MARKUP.sub("", page)) == []
        response._content = _HELD.sub(" ", page).encode()


@pytest_asyncio.fixture
async def parent(visitor: Visitor) -> Visitor:
    """A parent logged in."""
    answer = await visitor.log_in()
    assert answer.status_code == 303, answer.text
    return visitor


@pytest_asyncio.fixture
async def regisseur(visitor: Visitor) -> Visitor:
    """The régisseur logged in."""
    await visitor.log_in(user=REGISSEUR_USER)
    return visitor
