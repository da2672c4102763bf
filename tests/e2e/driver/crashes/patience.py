"""Clients as people have them: they try again when the portal breaks off, with the same key where there is one."""

import re
import secrets
import time
from html.parser import HTMLParser
from typing import Any

import httpx

from driver.api import Api, Refused, Session
from driver.crashes.ledger import Ledger

PATIENCE_SECONDS = 900.0
"""More than the longest outage a test makes."""
_PAUSE_SECONDS = 0.5
_AWAY = frozenset({429, 502, 503, 504})
"""The portal breaks off, or says that so many from one address are too many at once."""
_COOKIE = re.compile(r"^(__Host-[\w-]+)=([^;]*)")


def own_address() -> str:
    """Where one person of many comes from: the gateway counts by it."""
    return f"198.18.{secrets.randbelow(256)}.{secrets.randbelow(254) + 1}"


def insist(ledger: Ledger, ask: Any, *, away: frozenset[int] = _AWAY) -> httpx.Response:
    """Asks until something answers. Raises the last error after ``PATIENCE_SECONDS``, or when the test is over."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        if ledger.over.is_set():
            raise httpx.TransportError("the test is over")
        try:
            response: httpx.Response = ask()
        except httpx.TransportError as error:
            ledger.trouble(type(error).__name__)
            if time.monotonic() > deadline:
                raise
        else:
            if not _is_away(response, away):
                return response
            ledger.trouble(str(response.status_code))
            if time.monotonic() > deadline:
                return response
        time.sleep(_PAUSE_SECONDS)


def _is_away(response: httpx.Response, away: frozenset[int]) -> bool:
    return response.status_code in away or (
        response.status_code == 409 and b"idempotency-in-flight" in response.content
    )


class PatientApi(Api):
    """The API of a person who does not give up, and logs in again when told to."""

    def __init__(self, gateway_url: str, host: str, ledger: Ledger) -> None:
        super().__init__(gateway_url, host)
        self._client.headers["x-forwarded-for"] = own_address()
        self._ledger = ledger
        self._credentials: tuple[str, str] | None = None

    def send(self, method: str, path: str, *, headers: dict[str, str] | None = None, **content: Any) -> httpx.Response:
        response = self._insist(method, path, headers, content)
        if response.status_code == 401 and self._credentials and not path.endswith(("/sessions", "/password")):
            self.log_in(*self._credentials)
            response = self._insist(method, path, headers, content)
        return response

    def _insist(
        self, method: str, path: str, headers: dict[str, str] | None, content: dict[str, Any]
    ) -> httpx.Response:
        return insist(self._ledger, lambda: Api.send(self, method, path, headers=headers, **content))

    def log_in(self, user_name: str, password: str) -> Session:
        session = super().log_in(user_name, password)
        self._credentials = user_name, password
        return session

    def choose_password(self, user_name: str, first: str, own: str) -> None:
        """The first login; an answer that got lost may have changed the password already."""
        try:
            self.log_in(user_name, first)
            self.change_password(first, own)
        except Refused as refused:
            if refused.status not in {401, 403, 409}:
                raise
        self.log_in(user_name, own)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append((given.get("action", ""), []))
        elif tag == "input" and self.found and given.get("type") == "hidden":
            self.found[-1][1].append((given["name"], given["value"]))


class Tab:
    """A browser without scripts in one commune. What does not come is asked for again, with the same form."""

    def __init__(self, gateway_url: str, host: str, ledger: Ledger) -> None:
        headers = {"host": host, "x-forwarded-for": own_address()}
        self._client = httpx.Client(base_url=gateway_url, headers=headers, timeout=40, trust_env=False)
        self._ledger = ledger
        self._cookies: dict[str, str] = {}
        self.path = "/"
        self.shown = ""

    def close(self) -> None:
        self._client.close()

    def open(self, path: str) -> str:
        """Shows a page, through redirections within the portal."""
        return self._show(self._send("GET", path), path)

    def submit(self, action: str, **fields: str) -> str:
        """The form of the page shown whose action ends so, with its hidden fields."""
        target, hidden = self.form(action)
        return self._show(self._send("POST", target, data=dict(hidden) | fields), target)

    def form(self, action: str) -> tuple[str, list[tuple[str, str]]]:
        """Address and hidden fields."""
        forms = _Forms()
        forms.feed(self.shown)
        for target, hidden in forms.found:
            if target.endswith(action):
                return target, hidden
        raise AssertionError(f"no form {action} on {self.path}: {self.shown[:2000]}")

    def log_in(self, user_name: str, password: str) -> None:
        self.open("/")
        self.submit("/connexion", user_name=user_name, password=password)

    def _show(self, response: httpx.Response, path: str) -> str:
        while response.is_redirect:
            path = response.headers["location"]
            response = self._send("GET", path)
        if response.status_code >= 500:
            raise AssertionError(f"{path} answers {response.status_code}")
        self.path, self.shown = path, response.text
        return self.shown

    def _send(self, method: str, path: str, **content: Any) -> httpx.Response:
        def ask() -> httpx.Response:
            cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
            return self._client.request(method, path, headers={"cookie": cookies}, **content)

        response = insist(self._ledger, ask)
        for given in response.headers.get_list("set-cookie"):
            if found := _COOKIE.match(given):
                self._cookies[found[1]] = found[2]
        return response
