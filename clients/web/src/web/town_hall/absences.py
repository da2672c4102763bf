"""Absences that families announced; those that ask for proof are decided here."""

import asyncio
from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Response

from web.absence_words import reasons, states
from web.api import absences, enrolment
from web.api.absences import Policy
from web.api.errors import ApiProblem
from web.attempts import attempt
from web.downloads import pass_on
from web.forms import Code
from web.i18n import gettext as _
from web.navigation import see_other
from web.town_hall.lists import DayFilter, activity_name
from web.town_hall.policy_form import form_of, policy_of
from web.town_hall.typed_form import TypedForm
from web.visit import AdministratorVisit, StaffVisit, Visit

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


@router.get(f"{_PATH}/documents/{{absence_document_id}}")
async def download_document(visit: StaffVisit, absence_document_id: UUID) -> Response:
    """What a family joined, to decide by it."""
    return await pass_on(visit.api, absences.document_path(absence_document_id))


@router.get(f"{_PATH}/regles/{{activity_id}}")
async def show_policy(visit: AdministratorVisit, activity_id: UUID, fait: Code = "") -> Response:
    """Which reasons an activity excuses, and what its list of the day adds to the bill."""
    notice = _("La règle est enregistrée. Les suppléments valent pour les listes à partir de demain.") if fait else ""
    return await _policy_page(visit, activity_id, notice=notice)


@router.post(f"{_PATH}/regles/{{activity_id}}")
async def change_policy(visit: AdministratorVisit, activity_id: UUID) -> Response:
    """«Aperçu» says what families would read and pay; «Enregistrer» replaces the policy."""
    form = await visit.request.form()
    wanted, typed = policy_of({name: value for name, value in form.items() if isinstance(value, str)})
    if wanted is None:
        return await _policy_page(visit, activity_id, 422, form=typed)
    if form.get("suite") == "apercu":
        tried = await absences.preview_policy(visit.api, activity_id, wanted)
        return await _policy_page(visit, activity_id, form=typed, tried=tried)
    await absences.set_policy(visit.api, activity_id, wanted)
    return see_other(f"{_PATH}/regles/{activity_id}?fait=1")


async def _policy_page(
    visit: Visit,
    activity_id: UUID,
    status: int = 200,
    *,
    form: TypedForm | None = None,
    tried: Policy | None = None,
    notice: str = "",
) -> Response:
    name, policy = await asyncio.gather(activity_name(visit, activity_id), absences.policy(visit.api, activity_id))
    return await visit.page(
        "town_hall/absence_policy.html",
        status,
        name=name,
        policy=policy,
        form=form or form_of(policy),
        tried=tried,
        reasons=reasons(),
        notice=notice,
    )


async def _page(
    visit: Visit, *, du: DayFilter = None, status: int = 200, notice: str = "", error: str = ""
) -> Response:
    start = du or (await visit.commune()).today - _BEFORE
    found = await absences.absences_of_town(visit.api, start, start + _BEFORE + _AFTER)
    known = await attempt(enrolment.commune_activities(visit.api)) if visit.administers else None
    return await visit.page(
        "town_hall/absences.html",
        status,
        start=start,
        waiting=[each for each in found if each.state == "absence_announced"],
        decided=[each for each in found if each.state != "absence_announced"],
        reasons=reasons(),
        states=states(),
        activities=known or [],
        notice=notice,
        error=error,
    )
