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
from web.visit import AnyVisit, Visit

router = APIRouter()


_LONGEST_TICKET = 200
_NEAR_SECONDS = 6
"""A turn that comes so soon is waited for here: identity holds the next try in its line as long."""


@router.post("/connexion")
async def log_in(
    visit: AnyVisit,
    *,
    user_name: ShortText = "",
    password: ShortText = "",
    remember: Ticked = False,
    ticket: ShortText = "",
    suite: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Opens a session that shares nothing with what the browser held before."""
    user_name = user_name.strip()
    if not user_name or not password:
        error = _("Saisissez votre nom d'utilisateur et votre mot de passe.")
        return await home_page(visit, 422, suite=suite, user_name=user_name, error=error, ticket=ticket)
    credentials = identity.Credentials(
        user_name=user_name,
        password=password,
        remember=remember,
        device=visit.browser.device,
        ticket=ticket[:_LONGEST_TICKET] or None,
    )
    try:
        answer = await _in_turn(visit, credentials)
    except ApiProblem as problem:
        if problem.slug == "busy":
            return await _put_off(visit, problem, suite=suite, user_name=user_name, remember=remember)
        return await home_page(visit, problem.status, suite=suite, user_name=user_name, error=problem.detail)
    session = Session.begin(answer, remember=remember)
    visit.browser.begin(session)
    visit.browser.remember_device(answer.device)
    if session.must_change_password:
        return see_other(FIRST_PASSWORD)
    return see_other(local_path(suite, visit.home_path))


async def _in_turn(visit: Visit, credentials: identity.Credentials) -> identity.ApiSession:
    """Tries once more by itself when the turn is near: a password is never put in a page to be sent again."""
    try:
        return await identity.log_in(visit.api, credentials)
    except ApiProblem as problem:
        ticket = problem.members.get("ticket")
        if problem.slug != "busy" or ticket is None or problem.members["retry_after"] > _NEAR_SECONDS:
            raise
        return await identity.log_in(visit.api, credentials.model_copy(update={"ticket": ticket}))


async def _put_off(visit: Visit, problem: ApiProblem, **typed: object) -> Response:
    """The form again, with the rank and the time, and the ticket that keeps the place."""
    ticket = problem.members.get("ticket", "")
    response = await home_page(visit, problem.status, wait=problem.detail, ticket=ticket, **typed)
    response.headers["Retry-After"] = str(problem.members["retry_after"])
    return response


@router.post("/deconnexion")
async def log_out(visit: AnyVisit) -> Response:
    """Ends the session, here even when identity does not answer."""
    if visit.session is not None:
        with suppress(ApiError):
            await identity.log_out(visit.api)
        visit.state.liveness.end(visit.session)
        visit.browser.end()
    return see_other(f"{LOGIN}?fait=deconnexion")
