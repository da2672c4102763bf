"""Pages for what went wrong: a kind sentence, and a way out."""

from dataclasses import dataclass

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.api.errors import ApiError, ApiProblem, ServiceUnavailableError, SessionEndedError
from web.i18n import gettext as _
from web.navigation import ABSENCES, PLANNING, RedirectError, see_other
from web.rendering.typography import held_together
from web.security.browser import browser_of
from web.state import state_of
from web.visit import StaffOnlyError, Visit, login_address

_log = structlog.get_logger(__name__)

_LOOKS_AGAIN_SECONDS = 20


@dataclass(frozen=True)
class Trouble:
    """What an error page says."""

    status: int
    title: str
    sentence: str


def _trouble(status: int) -> Trouble:
    known = {
        403: Trouble(403, _("Accès réservé"), _("Votre compte n'a pas accès à cette page.")),
        404: Trouble(
            404,
            _("Page introuvable"),
            _("Cette page n'existe pas, ou n'est pas à vous. L'adresse a peut-être été mal recopiée."),
        ),
        413: Trouble(413, _("Envoi trop volumineux"), _("Un fichier ne peut pas dépasser 10 Mo.")),
        503: Trouble(
            503,
            _("Cette partie du portail ne répond pas"),
            _("Nous y travaillons. Rien n'est perdu: réessayez dans quelques minutes."),
        ),
    }
    if status == 405:
        return known[404]
    unreadable = Trouble(status, _("Demande incomplète"), _("Certaines informations manquent ou sont mal formées."))
    unexpected = Trouble(500, _("Une erreur est survenue"), _("Elle vient de nous, pas de vous. Réessayez."))
    return known.get(status, unreadable if 400 <= status < 500 else unexpected)


async def refusal_page(request: Request, status: int) -> Response:
    """The page of what the guard refuses: a form not proven to be ours (403), or too large (413)."""
    if status == 413 and request.url.path.startswith(ABSENCES):
        sentence = _("Rien n'a été annoncé ni joint : trois documents de 5 Mo chacun au plus accompagnent une absence.")
        return await trouble_page(request, status, sentence)
    if status != 403:
        return await trouble_page(request, status)
    sentence = _("Par sécurité, cet envoi n'a pas été pris en compte. Revenez à la page, rechargez-la et recommencez.")
    return await _page(request, Trouble(403, _("Cette page a expiré"), sentence))


async def trouble_page(request: Request, status: int, detail: str | None = None) -> Response:
    """The page of an error, with the API's own sentence when it has one."""
    return await _page(request, _trouble(status), detail)


async def _page(request: Request, trouble: Trouble, detail: str | None = None) -> Response:
    """In the commune's look when it can be known."""
    visit = Visit(request)
    try:
        return await visit.page("errors/trouble.html", trouble.status, trouble=trouble, detail=detail)
    except ApiProblem:
        return _plain(
            request, Trouble(404, _("Commune inconnue"), _("Aucune commune n'a son portail à cette adresse."))
        )
    except ApiError:
        return _plain(request, trouble)


def _plain(request: Request, trouble: Trouble) -> Response:
    """Without the commune: identity does not answer, or the host is no commune's."""
    template = state_of(request).templates.get_template("errors/plain.html")
    return HTMLResponse(held_together(template.render(trouble=trouble)), status_code=trouble.status)


async def _redirect(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RedirectError)  # noqa: S101
    return see_other(error.location)


async def _session_ended(request: Request, _error: Exception) -> Response:
    browser_of(request).end()
    return see_other(login_address(request))


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiProblem)  # noqa: S101
    if error.slug == "not-yet-in":
        return await _waiting_page(request, error)
    return await trouble_page(request, error.status, error.detail or None)


async def _waiting_page(request: Request, problem: ApiProblem) -> Response:
    """The family's rank and time. The page looks again by itself, at the latest when the turn comes."""
    seconds = int(problem.members["retry_after"])
    again = str(request.url.path) if request.method == "GET" else PLANNING
    if request.method == "GET" and request.url.query:
        again += f"?{request.url.query}"
    content = {"sentence": problem.detail, "rank": problem.members["rank"], "seconds": seconds, "again": again}
    response = await Visit(request).page("errors/waiting.html", problem.status, **content)
    response.headers["Retry-After"] = str(seconds)
    response.headers["Refresh"] = f"{min(seconds, _LOOKS_AGAIN_SECONDS)}; url={again}"
    return response


async def _staff_only(request: Request, _error: Exception) -> Response:
    sentence = _("Cette page est réservée à la mairie. Votre espace reste ouvert.")
    return await trouble_page(request, 403, sentence)


async def _unavailable(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceUnavailableError)  # noqa: S101
    _log.error("service_unavailable", api=error.service, cause=str(error))
    return await trouble_page(request, 503)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    return await trouble_page(request, error.status_code)


async def _unreadable(request: Request, error: Exception) -> Response:
    """A wrong id in an address is a page that does not exist; a wrong field is an incomplete form."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    in_path = any(item["loc"][0] == "path" for item in error.errors())
    return await trouble_page(request, 404 if in_path else 422)


class LastResort:
    """ASGI middleware: whatever no handler knows becomes a page, inside the guard that gives it its headers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        started = False

        async def send_noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except Exception as error:
            if started or scope["type"] != "http":
                raise
            _log.exception("unexpected_error", error=type(error).__name__)
            await (await trouble_page(Request(scope), 500))(scope, receive, send)


def install_error_pages(app: FastAPI) -> None:
    """Gives each kind of error its page."""
    app.add_exception_handler(RedirectError, _redirect)
    app.add_exception_handler(StaffOnlyError, _staff_only)
    app.add_exception_handler(SessionEndedError, _session_ended)
    app.add_exception_handler(ApiProblem, _problem)
    app.add_exception_handler(ServiceUnavailableError, _unavailable)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _unreadable)
