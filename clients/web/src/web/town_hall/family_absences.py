"""The town hall announces absences for a family that tells it so."""

from itertools import groupby
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Response

from web.absence_words import reasons, states
from web.api import enrolment, for_family
from web.api.absences import Announcement
from web.api.errors import ApiProblem
from web.family.planning_view import ticked_whens
from web.forms import Code, Ticked
from web.i18n import gettext as _
from web.navigation import see_other
from web.visit import AgentVisit, StaffVisit, Visit

router = APIRouter()

_PATH = "/mairie/familles/{family_id}/absences"


@router.get(_PATH)
async def show_family_absences(visit: StaffVisit, family_id: UUID, fait: Code = "") -> Response:
    """The days whose absence can be announced, then those that were."""
    notice = _("L'absence est annoncée : la famille la lit dans « Mes absences » et dans son historique.")
    return await _page(visit, family_id, notice=notice if fait else "")


@router.post(_PATH)
async def announce_for_family(
    visit: AgentVisit,
    family_id: UUID,
    *,
    enfant: Annotated[UUID, Form()],
    activite: Annotated[UUID, Form()],
    motif: Annotated[str, Form(max_length=20)] = "",
    papier: Ticked = False,
    jour: Annotated[list[str] | None, Form(max_length=200)] = None,
) -> Response:
    """Announces the ticked days, all or none; the activity's policy decides, as for a family."""
    wish = Announcement(enfant, activite, frozenset(ticked_whens(jour or [])), motif, papier)
    try:
        if not wish.whens:
            raise ApiProblem(422, {"detail": _("Cochez au moins un jour d'absence.")})
        if motif not in reasons():
            raise ApiProblem(422, {"detail": _("Choisissez la raison de l'absence.")})
        await for_family.announce(visit.api, family_id, wish)
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        return await _page(visit, family_id, typed=wish, problem=problem)
    return see_other(f"{_PATH.format(family_id=family_id)}?fait=annonce")


async def _page(
    visit: Visit,
    family_id: UUID,
    *,
    notice: str = "",
    typed: Announcement | None = None,
    problem: ApiProblem | None = None,
) -> Response:
    family = await enrolment.family_file(visit.api, family_id)
    own = await for_family.absences(visit.api, family_id)
    groups = groupby(own.possible, lambda each: (each.member_id, each.activity_id))
    return await visit.page(
        "town_hall/families/absences.html",
        problem.status if problem else 200,
        family=family,
        groups=[list(days) for _whose, days in groups],
        announced=own.announced,
        reasons=reasons(),
        states=states(),
        serves=visit.serves_families,
        notice=notice,
        typed=typed,
        problem=problem,
    )
