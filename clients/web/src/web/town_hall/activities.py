"""«Activités»: what the town offers, its slots and its tariffs; tried on before it is saved."""

import asyncio
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from web.api import activities, calendars, enrolment
from web.api.activities import Document, Tried
from web.api.errors import ApiProblem
from web.attempts import attempt
from web.forms import Code
from web.i18n import gettext as _
from web.navigation import see_other
from web.town_hall.activity_effects import effects
from web.town_hall.activity_form import MOST_BANDS, MOST_SLOTS, document_of, errors_of, fields_of, new_fields
from web.town_hall.lists import IdFilter
from web.town_hall.shown_first import NOTHING, name_of
from web.town_hall.tariff_form import KINDS
from web.town_hall.typed_form import TypedForm
from web.visit import AdministratorVisit, Visit

router = APIRouter()

_PATH = "/mairie/activites"


@router.get(_PATH)
async def list_activities(visit: AdministratorVisit) -> Response:
    """Each activity, the newest season first."""
    return await visit.page("town_hall/activities/list.html", activities=await enrolment.commune_activities(visit.api))


@router.get(f"{_PATH}/nouvelle")
async def new_activity(visit: AdministratorVisit, modele: IdFilter = None) -> Response:
    """An empty form, or one filled from another activity; its id is drawn now, so that sending it twice makes one."""
    fields = new_fields()
    if modele is not None:
        fields = fields_of(await _described(visit, modele))
    return await _activity_page(visit, uuid4(), None, TypedForm(fields))


@router.get(f"{_PATH}/{{activity_id}}")
async def show_activity(visit: AdministratorVisit, activity_id: UUID, fait: Code = "") -> Response:
    """An activity as it is, as a form."""
    stored = await _described(visit, activity_id)
    notice = _("L'activité est enregistrée. Les familles la voient d'ici quelques secondes.") if fait else ""
    return await _activity_page(visit, activity_id, stored, TypedForm(fields_of(stored)), notice=notice)


@router.post(f"{_PATH}/{{activity_id}}")
async def change_activity(visit: AdministratorVisit, activity_id: UUID) -> Response:
    """«Aperçu» says what would change; «Enregistrer» saves it, once what it touches has been shown."""
    form = await visit.request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    document, places = document_of(fields)
    stored = await activities.description(visit.api, activity_id)
    try:
        tried = await activities.preview(visit.api, activity_id, document)
        touched = await effects(visit, str(activity_id), stored, document, tried)
        if fields.get("suite") == "apercu" or name_of(touched) != fields.get("vu", NOTHING):
            shown = TypedForm(fields_of(document))
            return await _activity_page(visit, activity_id, stored, shown, tried=tried, touched=touched)
        await activities.save(visit.api, activity_id, document)
    except ApiProblem as problem:
        typed = TypedForm(fields, errors_of(problem, places))
        said = _("Corrigez les champs signalés. Ce que vous avez saisi est resté.") if typed.errors else problem.detail
        return await _activity_page(visit, activity_id, stored, typed, status=problem.status, refusal=said)
    return see_other(f"{_PATH}/{activity_id}?fait=1")


async def _described(visit: Visit, activity_id: UUID) -> Document:
    found = await activities.description(visit.api, activity_id)
    if found is None:
        raise HTTPException(404)
    return found


async def _activity_page(
    visit: Visit,
    activity_id: UUID,
    stored: Document | None,
    form: TypedForm,
    *,
    status: int = 200,
    tried: Tried | None = None,
    touched: list[str] | None = None,
    refusal: str = "",
    notice: str = "",
) -> Response:
    regies, schools = await asyncio.gather(enrolment.regies(visit.api), attempt(calendars.schools(visit.api)))
    return await visit.page(
        "town_hall/activities/one.html",
        status,
        activity_id=activity_id,
        stored=stored,
        form=form,
        kinds=KINDS,
        most_slots=MOST_SLOTS,
        most_bands=MOST_BANDS,
        regies=regies,
        schools=sorted({*(schools or []), *form.chosen("ecole")}),
        tried=tried,
        touched=touched or [],
        seen=name_of(touched or []) if tried else "",
        refusal=refusal,
        notice=notice,
    )
