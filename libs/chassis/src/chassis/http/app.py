"""The HTTP application of a service."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from chassis import metrics
from chassis.clock import Clock
from chassis.http import dead_letters
from chassis.http.limits import BodyLimit
from chassis.http.problems import PRIVATE_HEADERS, Problem, documented_problems, install_problem_handlers
from chassis.ids import new_id
from chassis.runtime import Runtime, Service
from chassis.settings import ServiceSettings
from chassis.tracing import continue_trace

_log = structlog.get_logger(__name__)
_PRIVATE_HEADERS = [(name.lower().encode(), value.encode()) for name, value in PRIVATE_HEADERS.items()]


def create_app(service: Service, settings: ServiceSettings, clock: Clock | None = None) -> FastAPI:
    """Builds the application: the service's routers under ``/api/<name>/v1``, health, metrics, problems."""
    runtime = Runtime(service, settings, clock)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await runtime.start()
        yield
        await runtime.stop()

    prefix = f"/api/{service.name}/v1"
    app = FastAPI(
        title=service.title,
        version="1.0.0",
        lifespan=lifespan,
        openapi_url=f"{prefix}/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.runtime = runtime
    for router in (*service.routers, dead_letters.router):
        app.include_router(router, prefix="" if router.prefix.startswith("/pay") else prefix)
    install_problem_handlers(app, service.problems)
    _add_operations(app, runtime)
    app.add_middleware(BodyLimit, larger={f"{prefix}{path}": most for path, most in service.larger_bodies.items()})
    app.add_middleware(RequestContext, service=service.name)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _add_operations(app: FastAPI, runtime: Runtime) -> None:
    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def ready(_request: Request) -> Response:
        problems = await runtime.problems()
        return JSONResponse(
            {"status": "not ready" if problems else "ready", "problems": problems}, 503 if problems else 200
        )

    async def prometheus(_request: Request) -> Response:
        await runtime.measure()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    app.add_route("/health/live", live, include_in_schema=False)
    app.add_route("/health/ready", ready, include_in_schema=False)
    app.add_route("/metrics", prometheus, include_in_schema=False)


def _openapi(app: FastAPI) -> dict[str, Any]:
    """FastAPI's document with our problem documents in place of its own validation errors."""
    if app.openapi_schema:
        return app.openapi_schema
    document = get_openapi(title=app.title, version=app.version, routes=app.routes)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    for path in document.get("paths", {}).values():
        for operation in path.values():
            authenticated = (401, 403) if operation.get("security") else ()
            for status, described in documented_problems(*authenticated, 400, 404, 409, 422).items():
                operation["responses"][str(status)] = described
    for unused in ("HTTPValidationError", "ValidationError"):
        if f'"#/components/schemas/{unused}"' not in json.dumps(document["paths"]):
            schemas.pop(unused, None)
    app.openapi_schema = document
    return document


class RequestContext:
    """Request and trace ids in every log line, one line and one measure per request."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked: dict[bytes, bytes] = dict(scope["headers"])
        request_id = asked.get(b"x-request-id", b"").decode("latin-1")[:64] or str(new_id())
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(service=self._service, request_id=request_id)
        continue_trace(asked.get(b"traceparent", b"").decode("latin-1"))
        started, status = time.perf_counter(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = {name.lower() for name, _ in message["headers"]}
                ours = [each for each in _PRIVATE_HEADERS if each[0] not in given]
                message["headers"] = [*message["headers"], *ours, (b"x-request-id", request_id.encode("latin-1"))]
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "unmatched")
            metrics.REQUESTS.labels(self._service, scope["method"], route, str(status)).observe(seconds)
            if not scope["path"].startswith(("/health", "/metrics")):
                _log.info("request", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 1))
