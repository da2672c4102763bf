"""The application: pages, the gate before them, and what operators ask."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from web import family, town_hall
from web.errors import LastResort, install_error_pages, refusal_page
from web.observation import Observation
from web.rendering.assets import FOLDER, Assets, HashedFiles
from web.rendering.environment import make_environment
from web.security.guard import BrowserGuard
from web.security.liveness import Liveness
from web.security.seal import Sealer
from web.settings import WebSettings
from web.state import Communes, State


def create_app(settings: WebSettings, transport: httpx.AsyncBaseTransport | None = None) -> FastAPI:
    """Builds the application. ``transport`` replaces the network in tests."""
    http = httpx.AsyncClient(
        base_url=settings.api_url,
        timeout=settings.api_timeout_seconds,
        transport=transport,
        limits=httpx.Limits(max_connections=200, max_keepalive_connections=50),
        follow_redirects=False,
        trust_env=False,
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await http.aclose()

    app = FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    sealer, assets = Sealer(settings.secret_key_bytes), Assets()
    app.state.web = State(settings, http, assets, make_environment(assets), sealer, Communes(), Liveness())
    for router in (*family.ROUTERS, *town_hall.ROUTERS):
        app.include_router(router)
    app.mount("/static", HashedFiles(directory=FOLDER, check_dir=False), name="static")
    _add_operations(app, assets)
    install_error_pages(app)
    app.add_middleware(LastResort)
    app.add_middleware(BrowserGuard, sealer=sealer, refuse=refusal_page)
    app.add_middleware(Observation)
    return app


def _add_operations(app: FastAPI, assets: Assets) -> None:
    async def live(_request: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def ready(_request: Request) -> Response:
        """The API is not asked: while it is away this client still has something to say."""
        problems = [] if assets.built else ["assets: not built (npm run build)"]
        return JSONResponse(
            {"status": "not ready" if problems else "ready", "problems": problems}, 503 if problems else 200
        )

    async def prometheus(_request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    app.add_route("/health/live", live)
    app.add_route("/health/ready", ready)
    app.add_route("/metrics", prometheus)
