"""One log line and one measure per request."""

import time

import structlog
from prometheus_client import Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.tracing import begin_trace

_log = structlog.get_logger(__name__)

REQUESTS = Histogram(
    "portail_web_request_seconds",
    "Duration of page requests",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_SILENT = ("/health", "/metrics", "/static")


class Observation:
    """ASGI middleware, outermost. Logs the route's pattern, never the address: it may hold a secret token."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        trace = begin_trace(headers.get("x-request-id"), headers.get("traceparent"))
        started, status = time.perf_counter(), 500

        async def send_observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = trace.request_id
            await send(message)

        try:
            await self._app(scope, receive, send_observed)
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "unmatched")
            REQUESTS.labels(scope["method"], route, str(status)).observe(seconds)
            if not scope["path"].startswith(_SILENT):
                _log.info("request", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 1))
