"""A browser without scripts: pages, their forms with hidden fields, cookies. Sends one form several times at once."""

import html
import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from driver.local_client import local_client
from driver.together import at_once

_HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
_MAIN = re.compile(r"<main.*?</main>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_COOKIE = re.compile(r"^([\w-]+)=([^;]*)")
_MOST_REDIRECTIONS = 5
_UNTICKED = frozenset({"checkbox", "radio"})


@dataclass(frozen=True)
class Form:
    """A form as its page has it: what sending it untouched would send. ``typed`` is what a person has changed."""

    page: str
    action: str
    fields: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, tuple[str, bytes]], ...] = ()
    typed: tuple[tuple[str, str], ...] = ()

    def filled(self, **values: str | list[str]) -> "Form":
        """With these fields typed or ticked; a list is a field given several times."""
        kept = [(name, value) for name, value in self.fields if name not in values]
        for name, given in values.items():
            kept += [(name, value) for value in (given if isinstance(given, list) else [given])]
        typed = [(name, given) for name, given in values.items() if isinstance(given, str)]
        return replace(self, fields=tuple(kept), typed=(*self.typed, *typed))

    def with_file(self, name: str, file_name: str, content: bytes) -> "Form":
        return replace(self, files=((name, (file_name, content)),))


class _Forms(HTMLParser):
    """Collects the forms that POST."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._address = address
        self._inside = False
        self._choice: tuple[str, str | None] | None = None
        """The list being read: its name, and the option it stands on."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("method", "").lower() == "post"
            if self._inside:
                action = urljoin(self._address, given.get("action", ""))
                self.forms.append(Form(self._address, urlsplit(action).path))
        elif self._inside and tag == "input" and given.get("name"):
            if given.get("type") in _UNTICKED and "checked" not in given:
                return
            if given.get("type") != "file":
                self._add(given["name"], given.get("value", ""))
        elif self._inside and tag == "select":
            self._choice = given["name"], None
        elif self._choice and tag == "option" and (self._choice[1] is None or "selected" in given):
            self._choice = self._choice[0], given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._choice:
            self._add(self._choice[0], self._choice[1] or "")
            self._choice = None
        self._inside = self._inside and tag != "form"

    def _add(self, name: str, value: str) -> None:
        self.forms[-1] = replace(self.forms[-1], fields=(*self.forms[-1].fields, (name, value)))


@dataclass(frozen=True)
class Page:
    """What is shown. ``address`` is the path and query after the redirections."""

    status: int
    address: str
    html: str = field(repr=False)

    @property
    def path(self) -> str:
        return urlsplit(self.address).path

    @property
    def heading(self) -> str:
        found = _HEADING.search(self.html)
        return _words(found[1]) if found else ""

    @property
    def text(self) -> str:
        """The main part, as read aloud."""
        found = _MAIN.search(self.html)
        return _words(found[0] if found else self.html)

    def form(self, action: str) -> Form:
        """The form that is sent to a path, which may be a pattern."""
        parser = _Forms(self.address)
        parser.feed(self.html)
        found = [form for form in parser.forms if re.fullmatch(action, form.action)]
        assert found, f"no form {action} on {self.path} «{self.heading}»: {[form.action for form in parser.forms]}"
        return found[0]


class PlainBrowser:
    """One person's browser at one commune. ``host`` has the port that people type."""

    def __init__(self, gateway_url: str, host: str) -> None:
        self._gateway_url = gateway_url
        self._host = host
        self.cookies: dict[str, str] = {}
        self.credentials: tuple[str, str] | None = None
        """User name and password typed last."""

    def go(self, path: str) -> Page:
        with self._client() as client:
            return self._follow(client, client.get(path, headers=self._headers()))

    def send(self, form: Form) -> Page:
        with self._client() as client:
            return self._follow(client, self._post(client, form, self._headers()))

    def send_at_once(self, form: Form, times: int = 2) -> list[Page]:
        """The same form, hidden fields and cookies included, at the same instant; the page each click leads to."""
        headers = self._headers()

        def click() -> Page:
            with self._client() as client:
                answer = self._post(client, form, headers)
                other = PlainBrowser(self._gateway_url, self._host)
                other.cookies = dict(self.cookies)
                page = other._follow(client, answer)
                clicks.append(other)
                return page

        clicks: list[PlainBrowser] = []
        pages = at_once([click] * times)
        self.cookies = clicks[-1].cookies
        return pages

    def log_in(self, user_name: str, password: str) -> Page:
        self.credentials = user_name, password
        return self.send(self.go("/").form("/connexion").filled(user_name=user_name, password=password))

    def _client(self) -> httpx.Client:
        return local_client(self._gateway_url, seconds=60)

    def _headers(self) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"host": self._host, **({"cookie": cookie} if cookie else {})}

    def _post(self, client: httpx.Client, form: Form, headers: dict[str, str]) -> httpx.Response:
        data: dict[str, Any] = {}
        for name, value in form.fields:
            data.setdefault(name, []).append(value)
        return client.post(form.action, data=data, files=list(form.files) or None, headers=headers)

    def _follow(self, client: httpx.Client, answer: httpx.Response) -> Page:
        self._keep_cookies(answer)
        for _redirection in range(_MOST_REDIRECTIONS):
            if not answer.has_redirect_location:
                break
            answer = client.get(answer.headers["location"].partition("#")[0], headers=self._headers())
            self._keep_cookies(answer)
        return Page(answer.status_code, answer.request.url.raw_path.decode(), answer.text)

    def _keep_cookies(self, answer: httpx.Response) -> None:
        for line in answer.headers.get_list("set-cookie"):
            if found := _COOKIE.match(line):
                self.cookies[found[1]] = found[2].strip('"')
                if not self.cookies[found[1]] or "max-age=0" in line.lower():
                    del self.cookies[found[1]]


def _words(markup: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", markup)).split())
