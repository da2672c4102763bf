"""Forgotten password, and the own password asked for at the first login."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from web.api import identity
from web.api.errors import ApiProblem
from web.forms import ShortText
from web.i18n import gettext as _
from web.navigation import LOGIN, RedirectError, see_other
from web.security.session import Session
from web.visit import AnyVisit, LoggedInVisit, Visit

router = APIRouter()

ResetToken = Annotated[str, Path(pattern=r"^[A-Za-z0-9._~-]{8,512}$")]


@router.get("/mot-de-passe-oublie")
async def ask_reset(visit: AnyVisit) -> Response:
    """Asks for the user name or the e-mail address."""
    return await visit.page("public/forgotten.html", sent=False, error="")


@router.post("/mot-de-passe-oublie")
async def send_reset(visit: AnyVisit, user_name: ShortText = "") -> Response:
    """Has the link sent. The page says the same whether the account exists or not."""
    if not user_name.strip():
        error = _("Saisissez votre nom d'utilisateur ou votre adresse e-mail.")
        return await visit.page("public/forgotten.html", 422, sent=False, error=error)
    await identity.ask_password_reset(visit.api, user_name.strip())
    return await visit.page("public/forgotten.html", sent=True, error="")


@router.get("/mot-de-passe/{token}")
async def ask_new_password(visit: AnyVisit, token: ResetToken) -> Response:
    """The page of the mailed link."""
    return await _reset_page(visit, token)


@router.post("/mot-de-passe/{token}")
async def set_new_password(
    visit: AnyVisit, token: ResetToken, new_password: ShortText = "", again: ShortText = ""
) -> Response:
    """Sets the password, then asks to log in with it."""
    if new_password != again:
        return await _reset_page(visit, token, 422, _two_differ())
    try:
        await identity.reset_password(visit.api, token, new_password)
    except ApiProblem as problem:
        return await _reset_page(visit, token, problem.status, problem.detail, problem.slug == "reset-expired")
    visit.browser.end()
    return see_other(f"{LOGIN}?fait=mot-de-passe")


async def _reset_page(visit: Visit, token: str, status: int = 200, error: str = "", expired: bool = False) -> Response:
    return await visit.page("public/reset.html", status, token=token, error=error, expired=expired)


@router.get("/premier-mot-de-passe")
async def ask_own_password(visit: LoggedInVisit) -> Response:
    """After the first login: the town's password is replaced by an own one."""
    _only_while_due(visit)
    return await visit.page("public/first_password.html", error="")


@router.post("/premier-mot-de-passe")
async def set_own_password(
    visit: LoggedInVisit, current_password: ShortText = "", new_password: ShortText = "", again: ShortText = ""
) -> Response:
    """Sets it; the session goes on, with all its rights."""
    _only_while_due(visit)
    if new_password != again:
        return await visit.page("public/first_password.html", 422, error=_two_differ())
    try:
        answer = await identity.change_password(visit.api, current_password, new_password)
    except ApiProblem as problem:
        return await visit.page("public/first_password.html", problem.status, error=problem.detail)
    remember = visit.session is not None and visit.session.remember
    visit.browser.begin(Session.begin(answer, remember=remember))
    return see_other(visit.home_path)


def _only_while_due(visit: Visit) -> None:
    if visit.session is None or not visit.session.must_change_password:
        raise RedirectError(visit.home_path)


def _two_differ() -> str:
    return _("Les deux saisies du nouveau mot de passe ne sont pas les mêmes.")
