"""Logging in and out."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Form, Response

from web.api import identity
from web.api.errors import ApiError, ApiProblem
from web.family.home import home_page
from web.forms import ShortText, Ticked
from web.i18n import gettext as _
from web.navigation import FIRST_PASSWORD, LOGIN, local_path, see_other
from web.security.session import Session
from web.visit import AnyVisit

router = APIRouter()


@router.post("/connexion")
async def log_in(
    visit: AnyVisit,
    user_name: ShortText = "",
    password: ShortText = "",
    remember: Ticked = False,
    suite: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Opens a session that shares nothing with what the browser held before."""
    user_name = user_name.strip()
    if not user_name or not password:
        error = _("Saisissez votre nom d'utilisateur et votre mot de passe.")
        return await home_page(visit, 422, suite=suite, user_name=user_name, error=error)
    try:
        answer = await identity.log_in(visit.api, user_name, password, remember=remember, device=visit.browser.device)
    except ApiProblem as problem:
        return await home_page(visit, problem.status, suite=suite, user_name=user_name, error=problem.detail)
    session = Session.begin(answer, remember=remember)
    visit.browser.begin(session)
    visit.browser.remember_device(answer.device)
    if session.must_change_password:
        return see_other(FIRST_PASSWORD)
    return see_other(local_path(suite, visit.home_path))


@router.post("/deconnexion")
async def log_out(visit: AnyVisit) -> Response:
    """Ends the session, here even when identity does not answer."""
    if visit.session is not None:
        with suppress(ApiError):
            await identity.log_out(visit.api)
        visit.state.liveness.end(visit.session)
        visit.browser.end()
    return see_other(f"{LOGIN}?fait=deconnexion")
