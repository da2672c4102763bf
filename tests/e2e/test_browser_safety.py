"""Cookies that reveal nothing, forms nobody else can send, addresses that lead nowhere else, sessions that end."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext

from driver import OWN_PASSWORD, Parent, Portal
from driver.pages import PortalPages
from driver.waiting import until
from portail_local.state import Options, State
from portail_local.system import System as LocalSystem

SESSION = "__Host-session"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    opened = browser.new_context()
    yield opened
    opened.close()


@pytest.fixture
def tab(context: BrowserContext, running_portal: Portal) -> PortalPages:
    return PortalPages(context.new_page(), running_portal.url("alixan"))


@dataclass(frozen=True)
class Forger:
    """Sends what a browser would not: any cookie, any origin, any field."""

    client: httpx.Client
    host: str

    def get(self, path: str, cookies: dict[str, str]) -> httpx.Response:
        return self.client.get(path, headers={"host": self.host, "cookie": _header(cookies)})

    def post(self, path: str, cookies: dict[str, str], fields: dict[str, str], **headers: str) -> httpx.Response:
        given = {"host": self.host, "cookie": _header(cookies), **headers}
        return self.client.post(path, data=fields, headers=given)

    def form_token(self, path: str, cookies: dict[str, str]) -> tuple[str, dict[str, str]]:
        """The token of a page's forms, and the cookies afterwards."""
        page = self.get(path, cookies)
        found = _TOKEN.search(page.text)
        assert found, page.text[:500]
        given = dict(re.findall(r"(__Host-\w+)=([^;]+);", "\n".join(page.headers.get_list("set-cookie"))))
        return found[1], cookies | given


@pytest.fixture
def forger(running_portal: Portal) -> Iterator[Forger]:
    with httpx.Client(base_url=running_portal.gateway_url, trust_env=False, timeout=30) as client:
        yield Forger(client, f"alixan.localhost:{running_portal.ports.gateway}")


def _header(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _cookies(context: BrowserContext) -> dict[str, Any]:
    return {cookie["name"]: cookie for cookie in context.cookies()}


def _log_in(tab: PortalPages, parent: Parent) -> dict[str, str]:
    tab.go("/")
    tab.log_in(parent.family.user_name, OWN_PASSWORD)
    tab.expect_title(re.compile("^Bonjour"))
    return {name: cookie["value"] for name, cookie in _cookies(tab.page.context).items()}


def test_the_session_cookie_tells_nothing(tab: PortalPages, context: BrowserContext, parent: Parent) -> None:
    before = _log_in(tab, parent)
    cookies = _cookies(context)
    assert set(cookies) == {SESSION, "__Host-visitor", "__Host-device"}
    lasting = cookies.pop("__Host-device")
    assert (lasting["httpOnly"], lasting["secure"], lasting["sameSite"]) == (True, True, "Lax")
    for cookie in cookies.values():
        assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"], cookie["path"]) == (True, True, "Lax", "/")
        assert cookie["domain"] == "alixan.localhost"
        assert cookie["expires"] == -1
    assert not {parent.family.user_name, parent.family.family_id, "eyJ"} & set(re.split(r"[.|:]", before[SESSION]))
    assert "eyJ" not in before[SESSION]
    kept = "() => [document.cookie, JSON.stringify({...localStorage, ...sessionStorage})]"
    assert tab.page.evaluate(kept) == ["", "{}"]
    assert "eyJ" not in tab.page.content()


def test_a_remembered_session_outlives_the_browser(tab: PortalPages, context: BrowserContext, parent: Parent) -> None:
    tab.go("/")
    tab.page.get_by_label("Se rappeler de moi").check()
    tab.log_in(parent.family.user_name, OWN_PASSWORD)
    tab.expect_title(re.compile("^Bonjour"))
    assert _cookies(context)[SESSION]["expires"] > 0


def test_a_form_of_another_site_is_refused(tab: PortalPages, forger: Forger, parent: Parent) -> None:
    cookies = _log_in(tab, parent)
    token, _ = forger.form_token("/messagerie", cookies)
    others_token, _ = forger.form_token("/", {})
    message = {"subject": "Objet", "body": "Texte"}
    right = {"csrf_token": token, **message}
    refused = [
        forger.post("/messagerie", cookies, message),
        forger.post("/messagerie", cookies, {"csrf_token": others_token, **message}),
        forger.post("/messagerie", cookies, right, origin="http://ailleurs.example"),
        forger.post("/messagerie", cookies, right, origin="null"),
        forger.post("/messagerie", cookies, right, **{"sec-fetch-site": "cross-site"}),
        forger.post("/deconnexion", cookies, {}),
    ]
    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert all('lang="fr"' in answer.text for answer in refused)
    assert parent.api.get("communication", "/messages") == []
    assert forger.post("/messagerie", cookies, right, origin=f"http://{forger.host}").status_code in {200, 303}
    assert len(parent.api.get("communication", "/messages")) == 1


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://ailleurs.example/",
        "//ailleurs.example/",
        "/\\ailleurs.example/",
        "\\\\ailleurs.example/",
        "/\t/ailleurs.example/",
        "javascript:alert(1)",
        "https:ailleurs.example",
    ],
)
def test_the_login_leads_nowhere_else(forger: Forger, parent: Parent, elsewhere: str) -> None:
    token, cookies = forger.form_token("/", {})
    credentials = {"user_name": parent.family.user_name, "password": OWN_PASSWORD}
    answer = forger.post("/connexion", cookies, {"csrf_token": token, "suite": elsewhere, **credentials})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/accueil"


def test_the_login_leads_to_the_page_asked_for(tab: PortalPages, parent: Parent) -> None:
    tab.go("/factures/compte")
    tab.log_in(parent.family.user_name, OWN_PASSWORD)
    tab.expect_title("Mon compte")


def test_after_logout_the_old_cookie_is_dead(tab: PortalPages, forger: Forger, parent: Parent) -> None:
    cookies = _log_in(tab, parent)
    assert forger.get("/accueil", cookies).status_code == 200
    tab.log_out()
    tab.expect_text("Vous êtes déconnecté.")
    assert SESSION not in _cookies(tab.page.context)
    for path in ("/accueil", "/dossier", "/factures"):
        answer = forger.get(path, cookies)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/?")


@contextmanager
def second_web(portal: Portal) -> Iterator[str]:
    """Another replica of the web client beside the one that runs: its address."""
    options = Options(port=portal.ports.gateway, replicas={"web": 2})
    front = LocalSystem(State(portal.state), options).front()
    replica = next(process for process in front if process.name == "web-2")
    running = subprocess.Popen(
        replica.command, env=dict(replica.environment), cwd=replica.directory, stdout=subprocess.DEVNULL
    )
    try:
        until(lambda: replica.probe.problem() is None, seconds=60)
        yield f"http://127.0.0.1:{replica.port}"
    finally:
        running.terminate()
        running.wait()


def test_a_logout_is_known_to_every_replica_within_seconds(
    tab: PortalPages, forger: Forger, running_portal: Portal, parent: Parent
) -> None:
    cookies = _log_in(tab, parent)
    with second_web(running_portal) as address, httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        elsewhere = Forger(client, forger.host)
        assert elsewhere.get("/accueil", cookies).status_code == 200
        tab.log_out()
        tab.expect_text("Vous êtes déconnecté.")
        answer = until(lambda: elsewhere.get("/accueil", cookies), lambda answer: answer.status_code != 200)
        assert (answer.status_code, answer.headers["location"]) == (303, "/?suite=%2Faccueil")


def test_a_cookie_of_another_commune_opens_nothing(
    tab: PortalPages, forger: Forger, running_portal: Portal, parent: Parent
) -> None:
    cookies = _log_in(tab, parent)
    at_veyras = Forger(forger.client, f"veyras.localhost:{running_portal.ports.gateway}")
    answer = at_veyras.get("/accueil", cookies)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/?")


def test_a_parent_has_no_way_into_the_town_hall(tab: PortalPages, forger: Forger, parent: Parent) -> None:
    cookies = _log_in(tab, parent)
    token, _ = forger.form_token("/messagerie", cookies)
    for path in ("/mairie", "/mairie/familles", "/mairie/facturation", f"/mairie/familles/{parent.family.family_id}"):
        assert forger.get(path, cookies).status_code in {303, 403, 404}
    run = {"csrf_token": token, "mois": "2022-09"}
    assert forger.post("/mairie/facturation", cookies, run).status_code in {303, 403, 404}
