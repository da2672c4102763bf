"""The HTTP application."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from bank_simulator import control, pages
from bank_simulator.bank import CurrentBank, open_bank
from bank_simulator.checkout import UnknownPaymentError
from bank_simulator.forms import RequestRefusedError
from bank_simulator.paybox import routes as paybox
from bank_simulator.payfip import routes as payfip
from bank_simulator.payzen import routes as payzen
from bank_simulator.rendering import STATIC, page, request_refused
from bank_simulator.settings import Settings

health = APIRouter(prefix="/health")


@health.get("/live")
async def live() -> dict[str, str]:
    return {"status": "ok"}


@health.get("/ready")
async def ready(bank: CurrentBank) -> JSONResponse:
    try:
        bank.store.ping()
    except sqlite3.Error as error:
        return JSONResponse({"status": "not ready", "reasons": [f"store: {error}"]}, status_code=503)
    return JSONResponse({"status": "ok"})


def create_app(settings: Settings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_bank(settings) as bank:
            app.state.bank = bank
            yield

    app = FastAPI(title="Banque de démonstration", lifespan=lifespan, openapi_url=None, redirect_slashes=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for router in (health, paybox.router, payzen.router, payfip.router, pages.router):
        app.include_router(router)
    if settings.bank_control:
        app.include_router(control.router)
    app.add_exception_handler(UnknownPaymentError, _not_found)
    app.add_exception_handler(RequestRefusedError, _request_refused)
    app.add_exception_handler(HTTPException, _http_error)
    return app


async def _not_found(request: Request, _: Exception) -> Response:
    if request.url.path.startswith("/control/"):
        return JSONResponse({"detail": "unknown payment"}, status_code=404)
    return page("not_found.html", status_code=404)


async def _request_refused(_: Request, refusal: Exception) -> Response:
    if not isinstance(refusal, RequestRefusedError):
        raise refusal
    return request_refused(refusal)


async def _http_error(request: Request, error: Exception) -> Response:
    """People read a page, tests read JSON."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 404 and not request.url.path.startswith("/control/"):
        return page("not_found.html", status_code=404)
    return JSONResponse({"detail": error.detail}, status_code=error.status_code, headers=error.headers)
