"""«Mes listes d'attente»: days that are full are waited for, places that come are accepted or let go."""

from collections.abc import Awaitable
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Response

from web.api import planning, waiting
from web.api.errors import ApiProblem
from web.family.calendar import Period, View
from web.family.planning_view import full_days, ticked_whens
from web.forms import Code
from web.i18n import gettext as _
from web.navigation import see_other
from web.town_hall.lists import IdFilter
from web.visit import ParentVisit, Visit
from web.waiting_words import endings

router = APIRouter()

WAITING = "/planning/attente"
_TOLD_IN_PLACE = frozenset({404, 409})


def _notice(done: str) -> str:
    return {
        "inscrit": _("Vous êtes sur la liste d'attente. Un e-mail vous prévient dès qu'une place se libère."),
        "quitte": _("Vous n'attendez plus ce jour."),
        "accepte": _("La place est acceptée : le jour est réservé."),
        "laisse": _("La place est laissée à une autre famille."),
    }.get(done, "")


@router.get(WAITING)
async def show_lists(visit: ParentVisit, fait: Code = "") -> Response:
    """Places to answer first, then what is waited for, then what became of others."""
    return await _lists_page(visit, notice=_notice(fait))


@router.get(f"{WAITING}/rejoindre")
async def choose_days(
    visit: ParentVisit, enfant: IdFilter = None, debut: date | None = None, vue: Annotated[View, Query()] = View.MONTH
) -> Response:
    """The full days of a period that a member can wait for; without member, the lists."""
    if enfant is None:
        return see_other(WAITING)
    period = Period.around(vue, debut or (await visit.commune()).today)
    return await _choice_page(visit, enfant, period)


@router.post(WAITING)
async def join(
    visit: ParentVisit,
    *,
    enfant: Annotated[UUID, Form()],
    activite: Annotated[UUID, Form()],
    debut: Annotated[date, Form()],
    vue: Annotated[View, Form()] = View.MONTH,
    jour: Annotated[list[str] | None, Form(max_length=200)] = None,
) -> Response:
    """Waits for the ticked days, all or none."""
    period = Period.around(vue, debut)
    whens = ticked_whens(jour or [])
    if not whens:
        return await _choice_page(visit, enfant, period, error=_("Cochez au moins un jour à attendre."))
    try:
        await waiting.join(visit.api, enfant, activite, whens)
    except ApiProblem as problem:
        if problem.status != 409:
            raise
        return await _choice_page(visit, enfant, period, problem=problem)
    return see_other(f"{WAITING}?fait=inscrit")


@router.post(f"{WAITING}/{{waiting_id}}/quitter")
async def leave(visit: ParentVisit, waiting_id: UUID) -> Response:
    """Waits no more."""
    return await _done(visit, waiting.leave(visit.api, waiting_id), "quitte")


@router.post(f"{WAITING}/places/{{offer_id}}/accepter")
async def accept(visit: ParentVisit, offer_id: UUID) -> Response:
    """Books the place."""
    return await _done(visit, waiting.answer(visit.api, offer_id, "accept"), "accepte")


@router.post(f"{WAITING}/places/{{offer_id}}/laisser")
async def decline(visit: ParentVisit, offer_id: UUID) -> Response:
    """Lets the place go to the next."""
    return await _done(visit, waiting.answer(visit.api, offer_id, "decline"), "laisse")


async def _done(visit: Visit, doing: Awaitable[None], word: str) -> Response:
    """Back to the lists, which say what was done, or why it could not be."""
    try:
        await doing
    except ApiProblem as problem:
        if problem.status not in _TOLD_IN_PLACE:
            raise
        return await _lists_page(visit, problem.status, error=problem.detail)
    return see_other(f"{WAITING}?fait={word}")


async def _lists_page(visit: Visit, status: int = 200, *, notice: str = "", error: str = "") -> Response:
    lists = await waiting.own_list(visit.api)
    return await visit.page(
        "family/planning/waiting.html",
        status,
        base=WAITING,
        lists=lists,
        endings=endings(),
        notice=notice,
        error=error,
    )


async def _choice_page(
    visit: Visit, member_id: UUID, period: Period, *, error: str = "", problem: ApiProblem | None = None
) -> Response:
    shown = await planning.planning(visit.api, member_id, period.start, period.end)
    return await visit.page(
        "family/planning/waiting_choice.html",
        problem.status if problem else 422 if error else 200,
        member=shown.member,
        period=period,
        rows=full_days(shown),
        error=problem.detail if problem else error,
        refused=problem.reasons if problem else [],
    )
