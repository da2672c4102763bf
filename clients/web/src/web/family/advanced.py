"""«Modification avancée»: the form, what it would do, and its days put into the draft."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Request, Response

from web.api import advanced, planning
from web.api.errors import ApiProblem
from web.family.advanced_form import Asked
from web.i18n import gettext as _
from web.navigation import see_other
from web.visit import ParentVisit, Visit

router = APIRouter()

_PATH = "/planning/avance"
_RECAP = "/planning/recapitulatif"
_SAID_ON_THE_FORM = (409, 422)


@router.get(_PATH)
async def show_form(visit: ParentVisit, enfant: UUID | None = None, debut: date | None = None) -> Response:
    """The form, with what the planning showed; or as it was filled in, when one comes back from the preview."""
    sent = visit.request.query_params
    if "methode" in sent:
        return await _form_page(visit, Asked.read(sent))
    members, commune = await planning.members(visit.api), await visit.commune()
    asked = Asked.at_first(members, enfant, max(debut or commune.today, commune.today))
    return await _form_page(visit, asked, members=members)


@router.get(f"{_PATH}/apercu")
async def show_preview(visit: ParentVisit) -> Response:
    """The days that would be drafted, those refused with their reasons, and the cost. Nothing is written."""
    asked = Asked.read(visit.request.query_params)
    if asked.missing:
        return await _form_page(visit, asked, 422, error=asked.missing)
    try:
        outcome = await advanced.preview_change(visit.api, asked.change)
    except ApiProblem as problem:
        if problem.status not in _SAID_ON_THE_FORM:
            raise
        return await _form_page(visit, asked, problem.status, error=problem.detail)
    return await visit.page("family/planning/advanced_preview.html", asked=asked, outcome=outcome, path=_PATH)


@router.post(_PATH)
async def draft_days(request: Request, visit: ParentVisit) -> Response:
    """Puts into the draft what is possible now; nothing is booked before «Terminer»."""
    asked = Asked.read(await request.form())
    if asked.missing:
        return await _form_page(visit, asked, 422, error=asked.missing)
    try:
        outcome = await advanced.apply_change(visit.api, asked.change)
    except ApiProblem as problem:
        if problem.status not in _SAID_ON_THE_FORM:
            raise
        return await _form_page(visit, asked, problem.status, error=problem.detail)
    if not outcome.count:
        nothing = _("Aucun de ces jours ne peut plus être modifié ainsi : rien n'a changé.")
        return await _form_page(visit, asked, 409, error=nothing)
    return see_other(_RECAP)


async def _form_page(
    visit: Visit,
    asked: Asked,
    status: int = 200,
    *,
    error: str = "",
    members: list[planning.PlanningMember] | None = None,
) -> Response:
    people = members if members is not None else await planning.members(visit.api)
    opened = [each for member in people for each in member.activities if each.open]
    return await visit.page(
        "family/planning/advanced.html",
        status,
        asked=asked,
        error=error,
        members=[member for member in people if any(activity.open for activity in member.activities)],
        activities={each.activity_id: each.name for each in opened},
        slots=_slots(opened),
        path=_PATH,
    )


def _slots(activities: list[planning.MemberActivity]) -> dict[str, str]:
    """Names by code of the slots that any of the activities has; where they call one differently, all its names."""
    names: dict[str, dict[str, None]] = {}
    for activity in activities:
        for slot in activity.slots:
            names.setdefault(slot.code, {})[slot.name] = None
    return {code: " / ".join(of_code) for code, of_code in names.items()}
