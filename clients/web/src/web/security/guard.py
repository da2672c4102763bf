"""The gate of every request: sessions are opened here, and no unsafe request passes without proof of its origin."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.navigation import ABSENCES
from web.security.browser import Browser
from web.security.headers import add_security_headers
from web.security.seal import Sealer

_log = structlog.get_logger(__name__)

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_MB = 1024 * 1024
_MAX_BODY_BYTES = 11 * _MB
"""A document of 10 MB and its form."""
_LARGER = {ABSENCES: 17 * _MB}
"""Three documents of 5 MB and their form, under one path."""
_MAX_KEY = 64
CSRF_FIELD = "csrf_token"
IDEMPOTENCY_FIELD = "idempotency_key"

Refusal = Callable[[Request, int], Awaitable[Response]]


class _BodyTooLargeError(Exception):
    pass


class BrowserGuard:
    """ASGI middleware. It wraps every route, so that none can forget the check.

    An unsafe request passes when its ``Origin`` and ``Sec-Fetch-Site``, where sent, are this site's, and its form has
    the token of this browser. ``refuse`` renders the answer to the others (403, or 413 for a body too large).
    """

    def __init__(self, app: ASGIApp, sealer: Sealer, refuse: Refusal) -> None:
        self._app = app
        self._sealer = sealer
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        browser = Browser(request, self._sealer)
        request.state.browser = browser
        request.state.form_key = None

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                browser.write_cookies(headers)
                add_security_headers(headers)
            await send(message)

        if scope["method"] in _SAFE_METHODS:
            await self._app(scope, receive, send_guarded)
            return
        try:
            body = await _read(receive, _most_bytes(scope["path"]))
        except _BodyTooLargeError:
            await (await self._refuse(request, 413))(scope, receive, send_guarded)
            return
        replay = _replay(body, receive)
        if not await _is_proven(request, browser, body):
            _log.warning("request_refused", reason="csrf", method=scope["method"])
            await (await self._refuse(request, 403))(scope, replay, send_guarded)
            return
        await self._app(scope, replay, send_guarded)


async def _is_proven(request: Request, browser: Browser, body: bytes) -> bool:
    if not _is_same_origin(request):
        return False
    copy = Request(request.scope, _replay(body, request.receive))
    try:
        async with copy.form() as form:
            token, key = form.get(CSRF_FIELD), form.get(IDEMPOTENCY_FIELD)
    except HTTPException:
        return False
    if not isinstance(token, str) or not browser.owns_token(token):
        return False
    request.state.form_key = key[:_MAX_KEY] if isinstance(key, str) and key else None
    return True


def _is_same_origin(request: Request) -> bool:
    """A browser tells where a request comes from; what it does not tell is left to the token."""
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()


def _most_bytes(path: str) -> int:
    return next((most for start, most in _LARGER.items() if path.startswith(start)), _MAX_BODY_BYTES)


async def _read(receive: Receive, most_bytes: int) -> bytes:
    pieces, size, more = [], 0, True
    while more:
        message = await receive()
        piece = message.get("body", b"")
        size += len(piece)
        if size > most_bytes:
            raise _BodyTooLargeError
        pieces.append(piece)
        more = message["type"] == "http.request" and message.get("more_body", False)
    return b"".join(pieces)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Gives the body already read, once; then whatever follows."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay
