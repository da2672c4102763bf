"""One visit of one page: who asks, of which commune, with which API; what routes ask for, by annotation."""

from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import structlog
from fastapi import Depends, Request
from starlette.responses import HTMLResponse

from web.api import identity, planning
from web.api.client import Api
from web.api.errors import ApiError, ApiProblem, ServiceUnavailableError, SessionEndedError
from web.api.identity import Commune
from web.i18n import gettext as _
from web.navigation import (
    FIRST_PASSWORD,
    LOGIN,
    PARENT_HOME,
    STAFF_HOME,
    RedirectError,
    parent_navigation,
    staff_navigation,
)
from web.rendering.typography import held_together
from web.security.browser import Browser, browser_of
from web.security.session import InvoicesBeingPaid, Session
from web.state import State, state_of

_log = structlog.get_logger(__name__)

_MOST_INVOICES_KEPT = 12


class StaffOnlyError(Exception):
    """Raised by a dependency when a parent asks for a page of the town hall."""


class Visit:
    """A request with its commune, its session and its API."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.state: State = state_of(request)
        self.browser: Browser = browser_of(request)
        self.api = Api(
            self.state.http,
            self.browser.host,
            form_key=request.state.form_key,
            visitor=request.headers.get("x-forwarded-for"),
        )

    @property
    def session(self) -> Session | None:
        """Who is logged in, if anyone."""
        return self.browser.session

    async def commune(self) -> Commune:
        """The commune of the host."""
        return await self.state.communes.get(self.api, self.browser.host)

    async def open_session(self) -> Session | None:
        """The session, its access token renewed when about to end. None when there is none or it has ended."""
        session = self.session
        if session is None:
            return None
        if session.needs_renewal():
            session = await self._renew(session)
        self.api.access_token = session.access_token if session else None
        if session is None or await self.state.liveness.goes_on(session, lambda: identity.check_session(self.api)):
            return session
        self.api.access_token = None
        self.browser.end()
        return None

    async def _renew(self, session: Session) -> Session | None:
        try:
            answer = await identity.refresh(self.api, session.refresh_token)
        except (ApiProblem, SessionEndedError):
            self.browser.end()
            return None
        renewed = session.renewed(answer)
        self.browser.begin(renewed)
        return renewed

    def remember_paying(self, payment_id: UUID, invoice_ids: list[UUID]) -> None:
        """Keeps which invoices a payment is for; not more than a cookie can hold."""
        if self.session is not None:
            paying = InvoicesBeingPaid(payment_id=payment_id, invoice_ids=invoice_ids)
            kept = paying if len(invoice_ids) <= _MOST_INVOICES_KEPT else None
            self.browser.begin(self.session.model_copy(update={"paying": kept}))

    async def page(
        self,
        template: str,
        status: int = 200,
        /,
        *,
        days_waiting: int | None = None,
        **content: Any,  # noqa: ANN401
    ) -> HTMLResponse:
        """Renders a template in the shell of the commune. ``days_waiting``: of the draft, where it is known."""
        commune = await self.commune()
        waiting = await self._days_waiting() if days_waiting is None else days_waiting
        session = self.session
        staff = session is not None and session.is_staff
        usable = session is not None and not session.must_change_password
        shell = {
            "commune": commune,
            "session": session,
            "home": self.home_path,
            "navigation": parent_navigation() if usable and not staff else [],
            "office": staff_navigation(session) if session and usable and staff else [],
            "path": self.request.url.path,
            "csrf_token": self.browser.csrf_token,
            "days_waiting": waiting,
        }
        html = self.state.templates.get_template(template).render(shell | content)
        return HTMLResponse(held_together(html), status_code=status)

    @property
    def home_path(self) -> str:
        """Where the emblem leads."""
        if self.session is None:
            return LOGIN
        return STAFF_HOME if self.session.is_staff else PARENT_HOME

    @property
    def serves_families(self) -> bool:
        """Whether an agent or an administrator is here."""
        return self.session is not None and self.session.serves_families

    @property
    def administers(self) -> bool:
        """Whether an administrator of the commune is here."""
        return self.session is not None and self.session.administers

    async def _days_waiting(self) -> int:
        """Days of the family's draft, not yet booked: every page says so. 0 when it cannot be known."""
        if self.session is None or self.session.account.family_id is None or not self.api.access_token:
            return 0
        try:
            return (await planning.draft(self.api)).count
        except ApiError:
            return 0


async def _any_visit(request: Request) -> Visit:
    visit = Visit(request)
    try:
        await visit.open_session()
    except ServiceUnavailableError:
        _log.warning("session_not_renewed")
    return visit


async def _logged_in(request: Request) -> Visit:
    visit = Visit(request)
    session = await visit.open_session()
    if session is None:
        raise RedirectError(login_address(request))
    return visit


async def _ready(visit: Annotated[Visit, Depends(_logged_in)]) -> Visit:
    if visit.session is not None and visit.session.must_change_password:
        raise RedirectError(FIRST_PASSWORD)
    return visit


async def _parent(visit: Annotated[Visit, Depends(_ready)]) -> Visit:
    session = visit.session
    if session is not None and session.account.family_id is None:
        if session.is_staff:
            raise RedirectError(STAFF_HOME)
        raise ApiProblem(403, {"detail": _("Votre compte n'est lié à aucune famille : adressez-vous à la mairie.")})
    return visit


async def _staff(visit: Annotated[Visit, Depends(_ready)]) -> Visit:
    if visit.session is None or not visit.session.is_staff:
        raise StaffOnlyError
    return visit


async def _agent(visit: Annotated[Visit, Depends(_staff)]) -> Visit:
    if not visit.serves_families:
        raise ApiProblem(403, {"detail": _("Cette action est réservée aux agents et aux administrateurs.")})
    return visit


async def _regisseur(visit: Annotated[Visit, Depends(_staff)]) -> Visit:
    if visit.session is None or not visit.session.keeps_books:
        raise ApiProblem(403, {"detail": _("Cette page est réservée au régisseur et aux administrateurs.")})
    return visit


async def _administrator(visit: Annotated[Visit, Depends(_staff)]) -> Visit:
    if not visit.administers:
        raise ApiProblem(403, {"detail": _("Cette page est réservée aux administrateurs de la commune.")})
    return visit


def login_address(request: Request) -> str:
    """The login page, coming back to this page afterwards when it can be shown again."""
    if request.method != "GET":
        return f"{LOGIN}?fin=1"
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{LOGIN}?{urlencode({'suite': wanted})}"


AnyVisit = Annotated[Visit, Depends(_any_visit)]
"""Everyone."""
LoggedInVisit = Annotated[Visit, Depends(_logged_in)]
"""Anyone logged in, even with a first password still to change."""
ParentVisit = Annotated[Visit, Depends(_parent)]
"""A parent of a family; others are led to where they belong."""
StaffVisit = Annotated[Visit, Depends(_staff)]
"""Someone of the town hall; others are told that the page is not theirs."""
AgentVisit = Annotated[Visit, Depends(_agent)]
"""Who serves families; the régisseur is told whom the page is for."""
RegisseurVisit = Annotated[Visit, Depends(_regisseur)]
"""Who keeps the régie's books; other people of the town hall are told whom the page is for."""
AdministratorVisit = Annotated[Visit, Depends(_administrator)]
"""Who sets the commune up; others are told that the page is not theirs."""
