"""The town hall books and cancels for a family, from the family's own planning."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from web.api import enrolment, for_family
from web.api.errors import ApiProblem
from web.api.for_family import Basket, DoneBasket
from web.api.planning import DaySlot, Planning, PlanningActivity, PlanningMember
from web.family.calendar import Period, View
from web.family.planning_view import field_name, first_enrolled, legend, locked, refused_days, rows
from web.forms import Code, Ticked, fields_of
from web.i18n import gettext as _
from web.i18n import ngettext
from web.navigation import see_other
from web.town_hall.lists import IdFilter, MonthField, MonthFilter
from web.visit import AgentVisit, StaffVisit, Visit

router = APIRouter()

_PATH = "/mairie/familles/{family_id}/planning"
_MOST_WORDS = 200
_FEW_REASONS = 6
"""More are shown when asked for: late days have one each."""
_DRAFTED = {"selected", "removing"}
"""States of the family's draft, which is not shown."""


@dataclass(frozen=True)
class Typed:
    """What a form sent that is shown again, and why it was refused."""

    ticked: Mapping[UUID, frozenset[DaySlot]]
    late: bool
    blocked: bool
    reason: str
    problem: ApiProblem


@router.get(_PATH)
async def show_family_planning(
    visit: StaffVisit, family_id: UUID, membre: IdFilter = None, mois: MonthFilter = None, fait: Code = ""
) -> Response:
    """A member's month as the family sees it; the current month of the first who is enrolled, unless asked."""
    if membre is None:
        membre = first_enrolled(await for_family.members(visit.api, family_id)).member_id
    return await _page(visit, family_id, membre, mois or (await visit.commune()).today, notice=_done(fait))


@router.post(_PATH)
async def change_family_planning(
    request: Request,
    visit: AgentVisit,
    family_id: UUID,
    *,
    membre: Annotated[UUID, Form()],
    mois: MonthField,
    hors_delai: Ticked = False,
    malgre: Ticked = False,
    motif: Annotated[str, Form(max_length=_MOST_WORDS)] = "",
) -> Response:
    """Books what was ticked and cancels what was unticked since the page was shown, all or none."""
    period = Period.around(View.MONTH, mois)
    shown = await for_family.planning(visit.api, family_id, membre, period.start, period.end)
    fields = await fields_of(request)
    ticked, booked = (_days(fields, kind, shown.activities) for kind in ("jours", "reserves"))
    basket = Basket(
        membre,
        _without(ticked, booked),
        _without(booked, ticked),
        late=hors_delai,
        blocked=malgre,
        reason=" ".join(motif.split()),
    )
    try:
        if not basket.book and not basket.cancel:
            sentence = _("Rien à enregistrer : cochez les jours à réserver, décochez ceux à annuler.")
            raise ApiProblem(422, {"detail": sentence})
        done = await for_family.commit(visit.api, family_id, basket)
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        typed = Typed(ticked, basket.late, basket.blocked, basket.reason, problem)
        return await _page(visit, family_id, membre, period.start, typed=typed)
    return see_other(_address(family_id, membre, period, fait=_code(done)))


def _days(
    fields: Mapping[str, list[str]], kind: str, activities: list[PlanningActivity]
) -> dict[UUID, frozenset[DaySlot]]:
    """Slots of days that the form names, by activity; those it was not shown with are left out."""
    found = {}
    for activity in activities:
        known = {(cell.day.isoformat(), cell.slot): (cell.day, cell.slot) for cell in activity.cells}
        found[activity.activity_id] = frozenset(
            known[day, slot.code]
            for slot in activity.slots
            for day in fields.get(field_name(kind, activity.activity_id, slot.code), [])
            if (day, slot.code) in known
        )
    return found


def _without(
    some: Mapping[UUID, frozenset[DaySlot]], others: Mapping[UUID, frozenset[DaySlot]]
) -> dict[UUID, frozenset[DaySlot]]:
    left = {activity_id: days - others[activity_id] for activity_id, days in some.items()}
    return {activity_id: days for activity_id, days in left.items() if days}


async def _page(
    visit: Visit, family_id: UUID, member_id: UUID, day: date, *, notice: str = "", typed: Typed | None = None
) -> Response:
    period = Period.around(View.MONTH, day)
    family = await enrolment.family_file(visit.api, family_id)
    shown = await for_family.planning(visit.api, family_id, member_id, period.start, period.end)
    shown_rows = rows(shown, typed.ticked if typed else None)
    return await visit.page(
        "town_hall/families/planning.html",
        typed.problem.status if typed else 200,
        family=family,
        member=_chosen(shown),
        period=period,
        planning=shown,
        rows=shown_rows,
        locked=locked(shown),
        legend={state: mark for state, mark in legend(shown_rows).items() if state not in _DRAFTED},
        few_reasons=_FEW_REASONS,
        changing=visit.serves_families and any(row.is_changeable for row in shown_rows),
        serves=visit.serves_families,
        any_late=any(day.late for row in shown_rows for day in row.days),
        any_blocked=any(day.blocked for row in shown_rows for day in row.days),
        typed=typed,
        refused=refused_days(typed.problem if typed else None, shown),
        notice=notice,
        field_name=field_name,
        address=_address,
    )


def _chosen(shown: Planning) -> PlanningMember:
    return next(member for member in shown.family if member.member_id == shown.member.member_id)


def _address(family_id: UUID, member_id: UUID, period: Period, *, fait: str = "") -> str:
    query = {"membre": str(member_id), "mois": f"{period.start:%Y-%m}"} | ({"fait": fait} if fait else {})
    return f"{_PATH.format(family_id=family_id)}?{urlencode(query)}"


def _code(done: DoneBasket) -> str:
    return f"{done.count('book')}-{done.count('cancel')}"


def _done(code: str) -> str:
    """What was just done, from the counts in the address."""
    booked, _dash, cancelled = code.partition("-")
    if not (booked.isdecimal() and cancelled.isdecimal()):
        return ""
    counts = (
        ngettext("%(num)s jour réservé", "%(num)s jours réservés", int(booked)) % {"num": int(booked)},
        ngettext("%(num)s jour annulé", "%(num)s jours annulés", int(cancelled)) % {"num": int(cancelled)},
    )
    told = _(" et ").join(words for words, count in zip(counts, (int(booked), int(cancelled)), strict=True) if count)
    if not told:
        return ""
    return _("%(days)s. La famille le lit dans son historique ; ses responsables reçoivent un courriel.") % {
        "days": told
    }
