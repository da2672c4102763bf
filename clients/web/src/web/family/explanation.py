"""«Expliquer un jour»: whether it can be booked or cancelled, by which rule, and until when."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from web.api import planning
from web.api.errors import ApiProblem
from web.api.explanation import Explanation, explanation
from web.api.planning import WHOLE_DAY, CellState, PlanningMember
from web.family.planning_view import marks, told
from web.i18n import gettext as _
from web.town_hall.lists import DayFilter, IdFilter
from web.visit import ParentVisit

router = APIRouter()

_BOOKED: frozenset[CellState] = frozenset(
    {"booked", "removing", "absence_announced", "absent_justified", "absent_unjustified", "present", "absent"}
)


@router.get("/planning/pourquoi")
async def explain_day(
    visit: ParentVisit,
    *,
    enfant: IdFilter = None,
    creneau: Annotated[str, Query(max_length=60)] = "",
    jour: DayFilter = None,
) -> Response:
    """The question, and its answer once it is asked. ``creneau``: an activity and one of its slots."""
    members = await planning.members(visit.api)
    offered = _offered(members)
    found, error = None, ""
    if jour and enfant and creneau in offered:
        try:
            found = await _explained(visit, enfant, creneau, jour)
        except ApiProblem as problem:
            error = problem.detail
    elif jour or creneau:
        error = _("Choisissez qui, quelle activité et quel jour.")
    slot_name = offered.get(creneau, ("", ""))[1]
    return await visit.page(
        "family/planning/explanation.html",
        422 if error else 200,
        members=members,
        offered=offered,
        asked={"enfant": enfant, "creneau": creneau, "jour": jour or ""},
        found=found,
        what=told(jour, slot_name) if jour else "",
        mark=marks()[found.state] if found else None,
        is_booked=found is not None and found.state in _BOOKED,
        error=error,
    )


def _offered(members: list[PlanningMember]) -> dict[str, tuple[str, str]]:
    """What can be asked about: names of activity and slot, by what the form sends."""
    return {
        f"{activity.activity_id}/{code}": (activity.name, name)
        for member in members
        for activity in member.activities
        for code, name in [(slot.code, slot.name) for slot in activity.slots] or [(WHOLE_DAY, "")]
    }


async def _explained(visit: ParentVisit, member_id: UUID, asked: str, day: date) -> Explanation:
    activity_id, _slash, slot = asked.partition("/")
    return await explanation(visit.api, member_id, UUID(activity_id), day, slot)
