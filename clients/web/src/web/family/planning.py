"""The children's planning: read, then changed into a draft."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response

from web.api import planning
from web.api.errors import ApiProblem
from web.api.planning import DaySlot, Planning, PlanningMember
from web.family.calendar import Period, View
from web.family.planning_view import Choice, field_name, first_enrolled, legend, locked, refused_days, rows
from web.forms import fields_of
from web.i18n import gettext as _
from web.navigation import see_other
from web.visit import ParentVisit, Visit

router = APIRouter()

_PATH = "/planning"
_RECAP = "/planning/recapitulatif"


@router.get(_PATH)
async def show_planning(
    visit: ParentVisit,
    *,
    enfant: UUID | None = None,
    debut: date | None = None,
    vue: View = View.MONTH,
    modifier: bool = False,
    fait: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """A member's planning; the current month, read-only, unless asked otherwise."""
    if enfant is None:
        members = await planning.members(visit.api)
        if not members:
            return await visit.page("family/planning/nobody.html")
        enfant = first_enrolled(members).member_id
    period = Period.around(vue, debut or (await visit.commune()).today)
    notice = _("Ces jours attendent votre validation : rien n'est réservé avant « Terminer ».") if fait else ""
    return await _planning_page(visit, enfant, period, modifier=modifier, notice=notice)


@router.post(_PATH)
async def save_days(
    request: Request,
    visit: ParentVisit,
    *,
    enfant: Annotated[UUID, Form()],
    debut: Annotated[date, Form()],
    vue: Annotated[View, Form()] = View.MONTH,
    activite: Annotated[list[UUID] | None, Form()] = None,
    suite: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Keeps the ticked days in the draft. «Valider» goes on to the next child, «Valider et terminer» to the recap."""
    period = Period.around(vue, debut)
    shown = await _shown(visit, enfant, period)
    choice = _choice(await fields_of(request), shown, activite or [])
    try:
        for activity_id, wanted in choice.items():
            await planning.save_days(visit.api, enfant, activity_id, start=period.start, end=period.end, wanted=wanted)
    except ApiProblem as problem:
        if problem.status != 409:
            raise
        return await _planning_page(visit, enfant, period, modifier=True, choice=choice, problem=problem)
    if suite == "terminer":
        return see_other(_RECAP)
    member = _chosen(shown)
    following = _following(shown.family, member)
    return see_other(address(following or member, period, modifier=following is not None, fait="1"))


async def _shown(visit: Visit, member_id: UUID, period: Period) -> Planning:
    try:
        return await planning.planning(visit.api, member_id, period.start, period.end)
    except ApiProblem as problem:
        if problem.status != 404:
            raise
        sentence = _("Cette personne n'existe pas, ou n'est pas de votre famille.")
        raise ApiProblem(404, {"detail": sentence}) from problem


def _choice(fields: Mapping[str, list[str]], shown: Planning, sent: list[UUID]) -> dict[UUID, frozenset[DaySlot]]:
    """Slots of days wanted per activity that the form held. The days that cannot be changed stay as they are."""
    choice = {}
    for activity in shown.activities:
        if activity.activity_id not in sent:
            continue
        ticked = {
            (day, slot.code)
            for slot in activity.slots
            for day in fields.get(field_name("jours", activity.activity_id, slot.code), [])
        }
        whole = {slot.code for slot in activity.slots if field_name("tout", activity.activity_id, slot.code) in fields}
        choice[activity.activity_id] = frozenset(
            (cell.day, cell.slot)
            for cell in activity.cells
            if (cell.slot in whole or (cell.day.isoformat(), cell.slot) in ticked if cell.changeable else cell.wanted)
        )
    return choice


async def _planning_page(
    visit: Visit,
    member_id: UUID,
    period: Period,
    *,
    modifier: bool,
    notice: str = "",
    choice: Choice | None = None,
    problem: ApiProblem | None = None,
) -> Response:
    shown = await _shown(visit, member_id, period)
    shown_rows = rows(shown, choice)
    return await visit.page(
        "family/planning/planning.html",
        problem.status if problem else 200,
        days_waiting=shown.draft_count,
        members=shown.family,
        member=_chosen(shown),
        period=period,
        views=[(View.MONTH, _("Mensuel")), (View.FORTNIGHT, _("Quinzaine")), (View.WEEK, _("Semaine"))],
        planning=shown,
        rows=shown_rows,
        locked=locked(shown),
        legend=legend(shown_rows),
        field_name=field_name,
        modifying=modifier and any(row.is_changeable for row in shown_rows),
        notice=notice,
        error=problem.detail if problem else "",
        refused=refused_days(problem, shown),
        address=address,
        around=Period.around,
    )


def _chosen(shown: Planning) -> PlanningMember:
    """Whose planning it is, with all its activities."""
    return next(member for member in shown.family if member.member_id == shown.member.member_id)


def _following(members: list[PlanningMember], member: PlanningMember) -> PlanningMember | None:
    """The next member with an open activity, in the order shown."""
    later = members[members.index(member) + 1 :]
    return next((other for other in later if any(activity.open for activity in other.activities)), None)


def address(member: PlanningMember, period: Period, *, modifier: bool = False, fait: str = "") -> str:
    """The address of a planning."""
    query = {"enfant": str(member.member_id), "debut": period.start.isoformat(), "vue": period.view.value}
    if modifier:
        query["modifier"] = "1"
    if fait:
        query["fait"] = fait
    return f"{_PATH}?{urlencode(query)}"
