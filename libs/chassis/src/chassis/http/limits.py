"""No request is read without end, whoever lets it through."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.problems import problem_response

_MB = 1024 * 1024
MAX_BODY_MB = 10
"""A document and its form."""
_BEYOND_GATEWAY = _MB
"""Somewhat more is read than the gateway lets through."""


class BodyLimit:
    """ASGI middleware: 413 for a body that is announced too large, or turns out to be while it is read.

    ``larger``: megabytes that are read under some paths, by how these begin.
    """

    def __init__(self, app: ASGIApp, larger: Mapping[str, int]) -> None:
        self._app = app
        self._larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced, most_mb = dict(scope["headers"]).get(b"content-length", b"0"), self._most_mb(scope["path"])
        most = most_mb * _MB + _BEYOND_GATEWAY
        if announced.isdigit() and int(announced) > most:
            sentence = f"L'envoi est trop volumineux : {most_mb} Mo au plus."
            await problem_response("too-large", 413, sentence)(scope, receive, send)
            return
        size = 0

        async def receive_counting() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > most:
                raise HTTPException(413)
            return message

        await self._app(scope, receive_counting, send)

    def _most_mb(self, path: str) -> int:
        return next((most for start, most in self._larger.items() if path.startswith(start)), MAX_BODY_MB)
