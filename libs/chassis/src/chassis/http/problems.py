"""RFC 9457 problem documents: every refusal has a stable ``type`` slug and a French ``detail``."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from chassis.database import NoConnectionError
from chassis.errors import DomainError, TransientError

_log = structlog.get_logger(__name__)

TYPE_PREFIX = "urn:portail-famille:problem:"
MEDIA_TYPE = "application/problem+json"
_RETRY_SECONDS = 5

PRIVATE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""Of every answer that does not say otherwise: it is never a page, and concerns one person."""

COMMON_PROBLEMS: dict[str, int] = {
    "not-found": 404,
    "unknown-commune": 404,
    "unauthenticated": 401,
    "forbidden": 403,
    "idempotency-in-flight": 409,
    "idempotency-mismatch": 422,
}

_HTTP_SENTENCES = {
    400: ("bad-request", "La demande est mal formée."),
    404: ("not-found", "Cette page ou cet élément n'existe pas, ou n'est pas à vous."),
    405: ("method-not-allowed", "Cette action n'existe pas à cette adresse."),
    413: ("too-large", "L'envoi est trop volumineux."),
    415: ("unsupported-media-type", "Ce format n'est pas accepté."),
}


class FieldProblem(BaseModel):
    """One wrong field of a payload: where it is and what is wrong."""

    field: str
    message: str


class Problem(BaseModel):
    """A refusal or an error, RFC 9457. Some problems have further members of their own."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] | None = None


def problem_response(slug: str, status: int, detail: str, **members: object) -> JSONResponse:
    """A problem document as a response."""
    body: dict[str, object] = {
        "type": TYPE_PREFIX + slug,
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        **members,
    }
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def documented_problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI ``responses`` for the given statuses."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def install_problem_handlers(app: FastAPI, problems: Mapping[str, int]) -> None:
    """Maps every exception to a problem document; ``problems`` maps the service's slugs to statuses.

    The handlers are coroutines: any other is run in a thread, which costs more than what it does.
    """
    statuses = {**COMMON_PROBLEMS, **problems}

    async def refuse(_request: Request, error: Exception) -> Response:
        assert isinstance(error, DomainError)  # noqa: S101
        status = statuses.get(error.slug)
        if status is None:
            _log.error("problem_without_status", slug=error.slug)
            status = 409
        response = problem_response(error.slug, status, error.detail, **error.details)
        if "retry_after" in error.details:
            response.headers["Retry-After"] = str(error.details["retry_after"])
        return response

    async def reject_payload(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        errors = [
            {"field": ".".join(str(part) for part in item["loc"][1:]) or str(item["loc"][0]), "message": item["msg"]}
            for item in error.errors()
        ]
        return problem_response(
            "invalid-payload", 422, "Certaines informations sont absentes ou mal formées.", errors=errors
        )

    async def report_http(_request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        slug, sentence = _HTTP_SENTENCES.get(error.status_code, ("http-error", "La demande n'a pas pu aboutir."))
        response = problem_response(slug, error.status_code, sentence)
        response.headers.update(error.headers or {})
        return response

    async def reject_value(_request: Request, error: Exception) -> Response:
        """A value PostgreSQL cannot hold (a NUL character, a number out of range) is the caller's mistake."""
        assert isinstance(error, DBAPIError)  # noqa: S101
        if getattr(error.orig, "sqlstate", "")[:2] != "22":
            raise error
        return problem_response("invalid-value", 422, "Une valeur ne peut pas être enregistrée telle quelle.")

    async def ask_again(request: Request, error: Exception) -> Response:
        """Whether a commit under way was kept is not known: a request with an Idempotency-Key may be sent again."""
        _log.warning("unavailable", error=type(error).__name__, reason=str(error)[:200], method=request.method)
        response = problem_response(
            "unavailable",
            503,
            "Ce service revient dans un instant. Vérifiez si votre demande a été prise en compte ; sinon, recommencez.",
        )
        response.headers["Retry-After"] = str(_RETRY_SECONDS)
        return response

    async def put_off(_request: Request, _error: Exception) -> Response:
        """Every connection to the database has been taken for long: nothing was begun."""
        _log.warning("no_connection_free")
        response = problem_response(
            "busy", 503, "Beaucoup de personnes sont sur le portail. Réessayez dans un instant."
        )
        response.headers["Retry-After"] = str(_RETRY_SECONDS)
        return response

    async def fail(_request: Request, error: Exception) -> Response:
        _log.error("unexpected_error", error=type(error).__name__)
        response = problem_response(
            "unexpected", 500, "Une erreur est survenue de notre côté. Rien n'a été enregistré; réessayez."
        )
        response.headers.update(PRIVATE_HEADERS)  # this answer leaves outside of all middleware
        return response

    app.add_exception_handler(DomainError, refuse)
    app.add_exception_handler(RequestValidationError, reject_payload)
    app.add_exception_handler(HTTPException, report_http)
    app.add_exception_handler(DBAPIError, reject_value)
    app.add_exception_handler(TransientError, ask_again)
    app.add_exception_handler(NoConnectionError, put_off)
    app.add_exception_handler(Exception, fail)
