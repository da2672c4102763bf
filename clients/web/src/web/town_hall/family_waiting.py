"""The town hall joins and leaves waiting lists for a family, and answers the places that are offered to it."""

from collections.abc import Awaitable
from datetime import date
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Response

from web.api import enrolment, for_family
from web.api.errors import ApiProblem
from web.api.planning import PlanningMember
from web.family.calendar import Period, View
from web.family.planning_view import first_enrolled, full_days, ticked_whens
from web.forms import Code
from web.i18n import gettext as _
from web.navigation import see_other
from web.town_hall.lists import IdFilter, MonthField, MonthFilter
from web.visit import AgentVisit, StaffVisit, Visit
from web.waiting_words import endings

router = APIRouter()

_PATH = "/mairie/familles/{family_id}/attente"
_TOLD_IN_PLACE = frozenset({404, 409, 422})


def _notice(done: str) -> str:
    return {
        "inscrit": _("La famille est sur la liste d'attente. Un courriel la prévient dès qu'une place se libère."),
        "quitte": _("La famille n'attend plus ce jour."),
        "accepte": _("La place est acceptée : le jour est réservé. Les responsables reçoivent un courriel."),
        "laisse": _("La place est laissée à une autre famille."),
    }.get(done, "")


@router.get(_PATH)
async def show_family_waiting(
    visit: StaffVisit, family_id: UUID, membre: IdFilter = None, mois: MonthFilter = None, fait: Code = ""
) -> Response:
    """Places to answer, days waited for, and the full days of a member's month that can be."""
    return await _page(visit, family_id, membre, mois, notice=_notice(fait))


@router.post(_PATH)
async def join_for_family(
    visit: AgentVisit,
    family_id: UUID,
    *,
    membre: Annotated[UUID, Form()],
    activite: Annotated[UUID, Form()],
    mois: MonthField,
    jour: Annotated[list[str] | None, Form(max_length=200)] = None,
) -> Response:
    """Waits for the ticked days, all or none."""
    whens = ticked_whens(jour or [])
    try:
        if not whens:
            raise ApiProblem(422, {"detail": _("Cochez au moins un jour à attendre.")})
        await for_family.wait(visit.api, family_id, membre, activite, whens)
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        return await _page(visit, family_id, membre, mois, problem=problem)
    return see_other(_address(family_id, membre, Period.around(View.MONTH, mois), fait="inscrit"))


@router.post(f"{_PATH}/{{waiting_id}}/quitter")
async def leave_for_family(visit: AgentVisit, family_id: UUID, waiting_id: UUID) -> Response:
    """Waits no more."""
    return await _done(visit, family_id, for_family.wait_no_more(visit.api, family_id, waiting_id), "quitte")


@router.post(f"{_PATH}/places/{{offer_id}}/accepter")
async def accept_for_family(visit: AgentVisit, family_id: UUID, offer_id: UUID) -> Response:
    """Books the place."""
    return await _done(visit, family_id, for_family.answer(visit.api, family_id, offer_id, "accept"), "accepte")


@router.post(f"{_PATH}/places/{{offer_id}}/laisser")
async def decline_for_family(visit: AgentVisit, family_id: UUID, offer_id: UUID) -> Response:
    """Lets the place go to the next."""
    return await _done(visit, family_id, for_family.answer(visit.api, family_id, offer_id, "decline"), "laisse")


async def _done(visit: Visit, family_id: UUID, doing: Awaitable[None], word: str) -> Response:
    """Back to the lists, which say what was done, or why it could not be."""
    try:
        await doing
    except ApiProblem as problem:
        if problem.status not in _TOLD_IN_PLACE:
            raise
        return await _page(visit, family_id, problem=problem)
    return see_other(f"{_PATH.format(family_id=family_id)}?fait={word}")


async def _page(
    visit: Visit,
    family_id: UUID,
    member_id: UUID | None = None,
    month: date | None = None,
    *,
    notice: str = "",
    problem: ApiProblem | None = None,
) -> Response:
    people = await for_family.members(visit.api, family_id)
    member = _chosen(people, member_id)
    period = Period.around(View.MONTH, month or (await visit.commune()).today)
    shown = await for_family.planning(visit.api, family_id, member.member_id, period.start, period.end)
    return await visit.page(
        "town_hall/families/waiting.html",
        problem.status if problem else 200,
        family=await enrolment.family_file(visit.api, family_id),
        lists=await for_family.waiting_lists(visit.api, family_id),
        people=people,
        member=member,
        period=period,
        rows=full_days(shown),
        endings=endings(),
        serves=visit.serves_families,
        notice=notice,
        problem=problem,
        address=_address,
    )


def _chosen(people: list[PlanningMember], member_id: UUID | None) -> PlanningMember:
    """Who is asked for, otherwise the first who is enrolled."""
    if member_id is None:
        return first_enrolled(people)
    known = next((each for each in people if each.member_id == member_id), None)
    if known is None:
        raise ApiProblem(404, {"detail": _("Cette personne n'est pas de cette famille.")})
    return known


def _address(family_id: UUID, member_id: UUID, period: Period, *, fait: str = "") -> str:
    query = {"membre": str(member_id), "mois": f"{period.start:%Y-%m}"} | ({"fait": fait} if fait else {})
    return f"{_PATH.format(family_id=family_id)}?{urlencode(query)}"
