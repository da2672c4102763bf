"""The rendered planning page: a parent logged in by the form reads a month, through the gateway and the web client."""

import re
from collections.abc import Mapping
from typing import Any

import httpx

from portail_bench.baskets import Baskets
from portail_bench.figures import milliseconds
from portail_bench.load import fire, visitor
from portail_bench.private import BenchError, PrivateSystem, say
from portail_bench.processors import processor_seconds, spent
from portail_bench.town import PASSWORD
from portail_local.layout import SERVICES

_CONNECTIONS, _COUNTED = 16, 20
_OK, _SEE_OTHER = 200, 303
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_REQUESTS = re.compile(r"^portail_http_request_seconds_count\{[^}]*\} ([0-9.e+]+)$", re.MULTILINE)


async def read_pages(months: Baskets, size: int) -> dict[str, Any]:
    """``size`` readings of one page. ``page_round_trips`` are the requests that services answer for it."""
    private, host = months.private, f"{months.town.host}:{months.private.system.ports.gateway}"
    cookies = _log_in(private, host, months.family.user_name)
    path = f"/planning?enfant={months.family.child_id}&debut=2022-09-01"
    page, packed = (_read(private, host, path, cookies, encoding) for encoding in ("identity", "gzip"))

    def requests(count: int) -> list[bytes]:
        head = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {_sent(cookies)}\r\n"
        return [f"{head}X-Forwarded-For: {visitor(number)}\r\n\r\n".encode() for number in range(count)]

    port = private.system.ports.gateway
    asked = _answered(private)
    await fire(port, requests(_COUNTED), connections=1)
    trips = (_answered(private) - asked) / _COUNTED
    say(f"{size} pages de planning, {_CONNECTIONS} à la fois…")
    before = processor_seconds(private)
    shots = await fire(port, requests(size), connections=_CONNECTIONS)
    cost = spent(before, processor_seconds(private), size)
    if {shot.status for shot in shots} != {_OK}:
        raise BenchError(f"pages : réponses inattendues : {sorted({shot.status for shot in shots})}")
    seconds = max(shot.answered_at for shot in shots) - min(shot.sent_at for shot in shots)
    taken = milliseconds([shot.answered_at - shot.sent_at for shot in shots])
    return {
        "pages_per_second": round(size / seconds, 1),
        **{f"page_{name}": value for name, value in taken.items()},
        "page_bytes": len(page),
        "page_bytes_compressed": len(packed),
        "page_round_trips": round(trips, 2),
        "page_processor_ms": round(sum(cost.values()), 2),
        "page_processor_ms_by_program": cost,
    }


def _answered(private: PrivateSystem) -> float:
    """Requests that the services have answered so far, as their metrics say."""
    total = 0.0
    for service in SERVICES:
        for index in range(private.system.options.replicas.get(service, 1)):
            port = private.system.ports.replica(service, index)
            text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
            total += sum(float(count) for count in _REQUESTS.findall(text))
    return total


def _log_in(private: PrivateSystem, host: str, user_name: str) -> dict[str, str]:
    """As a browser without scripts. Its cookies, by name."""
    with _browser(private, host) as browser:
        home = browser.get("/")
        cookies = _set(home)
        token = _TOKEN.search(home.text)
        if token is None:
            raise BenchError("la page d'accueil n'a pas de formulaire")
        answer = browser.post(
            "/connexion",
            data={"csrf_token": token[1], "user_name": user_name, "password": PASSWORD},
            headers={"Cookie": _sent(cookies), "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"},
        )
    if answer.status_code != _SEE_OTHER:
        raise BenchError(f"{user_name} n'entre pas : {answer.status_code}")
    return cookies | _set(answer)


def _read(private: PrivateSystem, host: str, path: str, cookies: Mapping[str, str], encoding: str) -> bytes:
    """The page's bytes as they travel."""
    with _browser(private, host) as browser:
        headers = {"Cookie": _sent(cookies), "Accept-Encoding": encoding}
        with browser.stream("GET", path, headers=headers) as answer:
            body = b"".join(answer.iter_raw())
    if answer.status_code != _OK:
        raise BenchError(f"la page de planning répond {answer.status_code}")
    return body


def _browser(private: PrivateSystem, host: str) -> httpx.Client:
    address = f"http://127.0.0.1:{private.system.ports.gateway}"
    return httpx.Client(base_url=address, headers={"Host": host}, timeout=30, trust_env=False)


def _set(answer: httpx.Response) -> dict[str, str]:
    pairs = (each.partition(";")[0].partition("=") for each in answer.headers.get_list("set-cookie"))
    return {name: value for name, _, value in pairs}


def _sent(cookies: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())
