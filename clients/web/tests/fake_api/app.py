"""The gateway's side of the fake: hosts, services that are down, problems, idempotency keys."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from starlette.responses import JSONResponse

from fake_api import (
    absences,
    advanced,
    billing,
    communication,
    controls,
    custody,
    enrolment,
    for_family,
    holidays,
    identity,
    payments,
    planning,
    refunds,
    staff_accounts,
    town_hall,
    waiting,
)
from fake_api.world import Problem, World

_HOSTS = ("alixan.localhost", "alixan.localhost:12700")


class FakeApi:
    """An ASGI application and the world behind it."""

    def __init__(self) -> None:
        self.world = World()
        self.app = FastAPI()
        for part in (
            identity,
            enrolment,
            planning,
            advanced,
            waiting,
            absences,
            for_family,
            custody,
            billing,
            payments,
            communication,
            refunds,
        ):
            self.app.include_router(part.routes(self.world), prefix=f"/api/{part.NAME}/v1")
        for service, staff_routes in town_hall.routes(self.world).items():
            self.app.include_router(staff_routes, prefix=f"/api/{service}/v1")
            self.app.include_router(controls.routes(self.world, service), prefix=f"/api/{service}/v1")
        self.app.include_router(staff_accounts.routes(self.world), prefix="/api/identity/v1")
        self.app.include_router(holidays.routes(self.world), prefix="/api/planning/v1")
        self.app.add_exception_handler(Problem, _refuse)
        self.app.middleware("http")(self._gateway)

    async def _gateway(self, request: Request, proceed: Callable[[Request], Awaitable[Response]]) -> Response:
        service = request.url.path.split("/")[2]
        self.world.requests.append((request.method, request.url.path, dict(request.headers)))
        if request.headers.get("host") not in _HOSTS:
            return Problem(404, "unknown-commune", "Aucune commune à cette adresse.").response()
        if service in self.world.down:
            return JSONResponse({"detail": "away"}, 503)
        key = request.headers.get("idempotency-key")
        asked = await request.body()
        if key and key in self.world.answered:
            first_asked, status, body = self.world.answered[key]
            if first_asked != asked:
                return Problem(409, "idempotency-mismatch", "Cette clé a déjà servi pour une autre demande.").response()
            return Response(body, status, media_type="application/json")
        response = await proceed(request)
        if key and response.status_code < 300:
            body = b"".join([piece async for piece in response.body_iterator])  # type: ignore[attr-defined]
            self.world.answered[key] = (asked, response.status_code, body)
            return Response(body, response.status_code, media_type="application/json")
        return response


def _refuse(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return error.response()
