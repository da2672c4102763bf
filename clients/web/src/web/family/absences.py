"""«Mes absences»: days that can no longer be cancelled, and on which a child will not come."""

from itertools import groupby
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Response

from web.absence_words import reasons, states
from web.api import absences
from web.api.absences import PossibleAbsence
from web.api.errors import ApiProblem
from web.family.planning_view import ticked_whens
from web.forms import Code
from web.i18n import gettext as _
from web.navigation import see_other
from web.visit import ParentVisit, Visit

router = APIRouter()

ABSENCES = "/planning/absences"


@router.get(ABSENCES)
async def show_absences(visit: ParentVisit, fait: Code = "") -> Response:
    """The days whose absence can be announced, then those that were."""
    return await _page(visit, notice=_("L'absence est annoncée.") if fait == "annonce" else "")


@router.post(ABSENCES)
async def announce(
    visit: ParentVisit,
    *,
    enfant: Annotated[UUID, Form()],
    activite: Annotated[UUID, Form()],
    motif: Annotated[str, Form(max_length=20)] = "",
    justificatif: Annotated[str, Form(max_length=100)] = "",
    jour: Annotated[list[str] | None, Form(max_length=200)] = None,
) -> Response:
    """Announces the ticked days, all or none."""
    whens = ticked_whens(jour or [])
    if not whens:
        return await _page(visit, error=_("Cochez au moins un jour d'absence."))
    if motif not in reasons():
        return await _page(visit, error=_("Choisissez la raison de l'absence."))
    try:
        await absences.announce(visit.api, enfant, activite, whens, reason=motif, document=justificatif)
    except ApiProblem as problem:
        if problem.status != 409:
            raise
        return await _page(visit, problem=problem)
    return see_other(f"{ABSENCES}?fait=annonce")


async def _page(visit: Visit, *, notice: str = "", error: str = "", problem: ApiProblem | None = None) -> Response:
    own = await absences.own_absences(visit.api)
    return await visit.page(
        "family/planning/absences.html",
        problem.status if problem else 422 if error else 200,
        groups=[list(days) for _key, days in groupby(own.possible, _whose)],
        announced=own.announced,
        supplements=own.supplements,
        reasons=reasons(),
        states=states(),
        notice=notice,
        error=problem.detail if problem else error,
        refused=problem.reasons if problem else [],
    )


def _whose(each: PossibleAbsence) -> tuple[UUID, UUID]:
    return each.member_id, each.activity_id
