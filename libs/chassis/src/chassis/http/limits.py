"""No request is read without end, whoever lets it through."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis.http.problems import problem_response

MAX_BODY_BYTES = 11 * 1024 * 1024
"""A document of 10 MB and its form: somewhat more than the gateway lets through."""
_TOO_LARGE = "L'envoi est trop volumineux : 10 Mo au plus."


class BodyLimit:
    """ASGI middleware: 413 for a body that is announced too large, or turns out to be while it is read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdecimal() and int(announced) > MAX_BODY_BYTES:
            await problem_response("too-large", 413, _TOO_LARGE)(scope, receive, send)
            return
        size = 0

        async def receive_counting() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > MAX_BODY_BYTES:
                raise HTTPException(413)
            return message

        await self._app(scope, receive_counting, send)
