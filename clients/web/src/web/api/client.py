"""HTTP client of the public API: one per request of a browser, over a shared pool of connections."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, BinaryIO, Generic, NoReturn, TypeVar

import httpx
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from web.api.errors import ApiProblem, ServiceUnavailableError, SessionEndedError
from web.tracing import current_trace

T = TypeVar("T")
Query = Mapping[str, str | int | list[str] | None]
_PIECE_BYTES = 256 * 1024
_IN_FLIGHT_PATIENCE_SECONDS = 8.0
_IN_FLIGHT_PAUSE_SECONDS = 0.3
_LONG_WORK_SECONDS = 55.0
"""Somewhat less than the gateway waits for an answer."""
_adapters: dict[Any, TypeAdapter[Any]] = {}


class Answer(BaseModel):
    """Base of what is read from the API: only what the pages use; what else it tells is ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Page(Answer, Generic[T]):
    """A part of a list. ``next_cursor`` asks for the part that follows; None at the end."""

    items: list[T]
    next_cursor: str | None = None


@dataclass(frozen=True)
class SentFile:
    """A file in a field of a multipart form."""

    field: str
    name: str
    content: BinaryIO


class Api:
    """The API of one commune, for one caller."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        host: str,
        access_token: str | None = None,
        form_key: str | None = None,
        visitor: str | None = None,
    ) -> None:
        self._http = http
        self._host = host
        self._visitor = visitor
        """The browser's address: guesses and floods are counted by it, not by ours."""
        self.access_token = access_token
        self._form_key = form_key
        """Drawn when a form was rendered; makes sending that form twice safe."""
        self._spent: set[str | None] = set()
        """The keys of calls that have succeeded: only these are kept by the services."""

    async def get(self, answer: type[T], path: str, query: Query | None = None) -> T:
        """Reads ``/api/<path>``. ``path`` begins with ``<service>/v1/``."""
        return _parse(answer, path, await self._send("GET", path, query=query))

    async def send(self, answer: type[T], method: str, path: str, body: object = None, *, long: bool = False) -> T:
        """An unsafe call with a JSON answer. ``long``: it works on every booking of an activity, and is waited for."""
        return _parse(answer, path, await self._send(method, path, body=body, long=long))

    async def command(self, method: str, path: str, body: object = None, *, long: bool = False) -> None:
        """An unsafe call whose answer does not matter; ``long`` as for ``send``."""
        await self._send(method, path, body=body, long=long)

    async def upload(self, path: str, fields: Mapping[str, str], *files: SentFile) -> httpx.Response:
        """POSTs a form with files, read in pieces. The API tells their types by their contents."""
        said = f"{fields} {[(each.field, each.name, _digest(each.content)) for each in files]}".encode()
        # Sent twice, a form must be the same to the byte: the boundary cannot be drawn.
        boundary = hashlib.sha256(said).hexdigest()
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"} if files else {}
        parts = [(each.field, (each.name, each.content)) for each in files]
        request = self._http.build_request("POST", f"/api/{path}", data=dict(fields), files=parts, headers=headers)
        request.headers.update(self._headers("POST", path, said))
        return await self._checked(path, request)

    @asynccontextmanager
    async def stream(self, path: str) -> AsyncIterator[httpx.Response]:
        """A document, unread: the caller passes it on in pieces."""
        request = self._http.build_request("GET", f"/api/{path}", headers=self._headers("GET", path, b""))
        response = await self._exchange(path, request, stream=True)
        try:
            if response.is_error:
                await response.aread()
                _raise_for(path, response)
            yield response
        finally:
            await response.aclose()

    async def _send(
        self, method: str, path: str, query: Query | None = None, body: object = None, *, long: bool = False
    ) -> httpx.Response:
        parameters = {name: value for name, value in (query or {}).items() if value is not None}
        payload = body.model_dump(mode="json") if isinstance(body, BaseModel) else body
        timeout = _LONG_WORK_SECONDS if long else self._http.timeout
        request = self._http.build_request(
            method, f"/api/{path}", params=parameters or None, json=payload, timeout=timeout
        )
        request.headers.update(self._headers(method, path, request.content))
        return await self._checked(path, request)

    async def _checked(self, path: str, request: httpx.Request) -> httpx.Response:
        """The answer; a button clicked twice waits here for the answer of its first click."""
        deadline = time.monotonic() + _IN_FLIGHT_PATIENCE_SECONDS
        while True:
            response = await self._exchange(path, request)
            if not response.is_error:
                self._spent.add(request.headers.get("Idempotency-Key"))
                return response
            if not _is_in_flight(response) or time.monotonic() >= deadline:
                _raise_for(path, response)
            await asyncio.sleep(_IN_FLIGHT_PAUSE_SECONDS)

    async def _exchange(self, path: str, request: httpx.Request, *, stream: bool = False) -> httpx.Response:
        try:
            return await self._http.send(request, stream=stream)
        except httpx.HTTPError as error:
            raise ServiceUnavailableError(_service(path), type(error).__name__) from error

    def _headers(self, method: str, path: str, content: bytes) -> dict[str, str]:
        headers = {"Host": self._host, "Accept": "application/json, application/problem+json"}
        if self._visitor:
            headers["X-Forwarded-For"] = self._visitor
        if trace := current_trace():
            headers |= {"X-Request-Id": trace.request_id, "traceparent": trace.traceparent}
        if self.access_token:
            headers["Authorization"] = f"Bearer {self.access_token}"
        if method in {"POST", "PUT", "DELETE"} and self._form_key:
            headers["Idempotency-Key"] = self._idempotency_key(f"{method} {path} ".encode() + content)
        return headers

    def _idempotency_key(self, said: bytes) -> str:
        """The same form sent twice gives the same keys; sent with other ticks it gives others, and so does the same
        call once more after it succeeded. Trying again what was refused keeps its key.
        """
        keys = (hashlib.sha256(f"{self._form_key} {times} ".encode() + said).hexdigest() for times in count(1))
        return next(key for key in keys if key not in self._spent)


def _digest(file: BinaryIO) -> str:
    """A hash of what remains to be read; the file is put back to its beginning."""
    digest = hashlib.sha256()
    while piece := file.read(_PIECE_BYTES):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def _service(path: str) -> str:
    return path.partition("/")[0]


def _is_in_flight(response: httpx.Response) -> bool:
    return response.status_code == 409 and b"idempotency-in-flight" in response.content


def _raise_for(path: str, response: httpx.Response) -> NoReturn:
    """Turns an error answer into an exception."""
    try:
        document = response.json()
    except ValueError:
        document = None
    problem = document if isinstance(document, dict) else {}
    slug = str(problem.get("type", ""))
    says_when = slug.endswith(":busy") and "retry_after" in problem  # a line of logins: its sentence is for people
    if not slug or (response.status_code >= 500 and not says_when):
        raise ServiceUnavailableError(_service(path), f"status {response.status_code}")
    if response.status_code == 401 and slug.endswith(":unauthenticated"):
        raise SessionEndedError
    raise ApiProblem(response.status_code, problem)


def _parse(answer: type[T], path: str, response: httpx.Response) -> T:
    adapter = _adapters.get(answer)
    if adapter is None:
        adapter = _adapters[answer] = TypeAdapter(answer)
    try:
        parsed: T = adapter.validate_json(response.content)
    except ValidationError as error:
        raise ServiceUnavailableError(
            _service(path), f"unreadable answer of {path}: {error.errors()[0]['loc']}"
        ) from error
    return parsed
