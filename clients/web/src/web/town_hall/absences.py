"""Absences that families announced; those that ask for proof are decided here."""

from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Response

from web.absence_words import reasons, states
from web.api import absences
from web.api.errors import ApiProblem
from web.forms import Code
from web.i18n import gettext as _
from web.navigation import see_other
from web.town_hall.lists import DayFilter
from web.visit import StaffVisit, Visit

router = APIRouter()

_PATH = "/mairie/absences"
_BEFORE, _AFTER = timedelta(days=31), timedelta(days=92)


@router.get(_PATH)
async def show_absences(visit: StaffVisit, du: DayFilter = None, fait: Code = "") -> Response:
    """The absences of some months, those to decide first."""
    return await _page(
        visit, du=du, notice=_("L'absence est décidée : la famille le voit, la facture suit.") if fait else ""
    )


@router.post(f"{_PATH}/{{absence_id}}/decision")
async def decide(
    visit: StaffVisit, absence_id: UUID, decision: Annotated[Literal["justifiee", "refusee"], Form()]
) -> Response:
    """Decides one, once."""
    try:
        await absences.decide(visit.api, absence_id, justified=decision == "justifiee")
    except ApiProblem as problem:
        if problem.status not in (404, 409):
            raise
        return await _page(visit, status=problem.status, error=problem.detail)
    return see_other(f"{_PATH}?fait=decidee")


async def _page(
    visit: Visit, *, du: DayFilter = None, status: int = 200, notice: str = "", error: str = ""
) -> Response:
    start = du or (await visit.commune()).today - _BEFORE
    found = await absences.absences_of_town(visit.api, start, start + _BEFORE + _AFTER)
    return await visit.page(
        "town_hall/absences.html",
        status,
        start=start,
        waiting=[each for each in found if each.state == "absence_announced"],
        decided=[each for each in found if each.state != "absence_announced"],
        reasons=reasons(),
        states=states(),
        notice=notice,
        error=error,
    )
