"""«Calendriers»: when an activity takes place, and until when one may book; tried on before it is published."""

import asyncio
from datetime import date, timedelta
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from web.api import calendars, enrolment, touched
from web.api.calendars import Document, Preview, PreviewedDay, PublishedCalendar
from web.api.enrolment import CommuneActivity
from web.api.errors import ApiProblem, if_there
from web.attempts import attempt
from web.forms import Code
from web.i18n import gettext as _
from web.navigation import see_other
from web.town_hall.calendar_form import COUNTINGS, DEADLINES, document_of, form_of
from web.town_hall.refusals import own_words
from web.town_hall.slot_form import slot_rows
from web.visit import AdministratorVisit, Visit

router = APIRouter()

_PATH = "/mairie/calendriers"
_SHOWN = timedelta(days=42)
_DEADLINE = {"kind": "days_before", "days": 1, "time": "23:59", "counting": "calendar"}
_NEW: Document = {
    "week_days": [0, 1, 3, 4],
    "during": "term",
    "capacity": None,
    "last_places": 0,
    "booking_rule": {"default": _DEADLINE, "week_days": {}},
    "cancelling_rule": {"default": _DEADLINE, "week_days": {}},
    "closures": [],
    "extra_openings": [],
}
"""What fills the form of an activity that has no calendar yet."""
_PLACES = [
    ("week_days", _("les jours de la semaine")),
    ("during", _("la période de l'année")),
    ("capacity", _("le nombre de places")),
    ("last_places", _("les dernières places")),
    ("overbooking_percent", _("le surplus accepté")),
    ("shared_places", _("le partage des places entre créneaux")),
    ("booking_rule", _("les règles de réservation")),
    ("cancelling_rule", _("les règles d'annulation")),
    ("closures", _("les fermetures")),
    ("extra_openings", _("les ouvertures exceptionnelles")),
    ("groups", _("les groupes")),
    ("slots", _("les places et les jours des créneaux")),
]


@router.get(_PATH)
async def list_activities(visit: AdministratorVisit) -> Response:
    """Each activity, the newest season first, with the closed days of it that are booked."""
    activities, to_withdraw = await asyncio.gather(
        enrolment.commune_activities(visit.api), attempt(touched.bookings_to_withdraw(visit.api))
    )
    days = {each.activity_id: len(each.days) for each in to_withdraw or []}
    return await visit.page("town_hall/calendars/list.html", activities=activities, days_to_withdraw=days)


@router.get(f"{_PATH}/{{activity_id}}")
async def show_calendar(visit: AdministratorVisit, activity_id: UUID, fait: Code = "") -> Response:
    """The calendar in force, as a form."""
    notices = {
        "publie": _("Le calendrier est publié : les familles le voient dès maintenant."),
        "publie-annule": _(
            "Le calendrier est publié. Les réservations des jours fermés sont annulées : un courriel prévient chaque "
            "famille."
        ),
        "annule": _("Les réservations des jours fermés sont annulées, un courriel prévient chaque famille."),
    }
    return await _calendar_page(visit, activity_id, notice=notices.get(fait, ""))


@router.post(f"{_PATH}/{{activity_id}}")
async def change_calendar(visit: AdministratorVisit, activity_id: UUID) -> Response:
    """«Aperçu» shows what the calendar would do; «Publier» replaces the one in force."""
    form = await visit.request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    kept = await _document_in_force(visit, activity_id)
    week_days = [day for day in form.getlist("jours") if isinstance(day, str)]
    document = document_of(fields, week_days, kept) | {"version": fields.get("version") or None}
    try:
        if fields.get("suite") != "publier":
            today = (await visit.commune()).today
            tried = await calendars.preview(visit.api, activity_id, document, await _shown(visit, activity_id, today))
            return await _calendar_page(visit, activity_id, document=document, tried=tried)
        await calendars.publish(visit.api, activity_id, document)
    except ApiProblem as problem:
        return await _calendar_page(visit, activity_id, problem.status, document=document, refusal=_refusal(problem))
    if not fields.get("annuler_reservations"):
        return see_other(f"{_PATH}/{activity_id}?fait=publie")
    try:
        await _withdraw(visit, activity_id)
    except ApiProblem:  # published all the same: the page offers to cancel them again
        return see_other(f"{_PATH}/{activity_id}?fait=publie")
    return see_other(f"{_PATH}/{activity_id}?fait=publie-annule")


@router.post(f"{_PATH}/{{activity_id}}/reservations")
async def withdraw_bookings(visit: AdministratorVisit, activity_id: UUID) -> Response:
    """Cancels what is booked on the days that the calendar in force closes."""
    await _withdraw(visit, activity_id)
    return see_other(f"{_PATH}/{activity_id}?fait=annule")


async def _withdraw(visit: Visit, activity_id: UUID) -> None:
    if days := [day.day for day in await _touched(visit, activity_id, await _published(visit, activity_id))]:
        await calendars.withdraw(visit.api, activity_id, days)


async def _touched(visit: Visit, activity_id: UUID, published: PublishedCalendar | None) -> list[PreviewedDay]:
    """The coming days that are booked and that the calendar in force closes."""
    if published is None:
        return []
    today = (await visit.commune()).today
    tried = await calendars.preview(visit.api, activity_id, published.document, (today, today + timedelta(days=1)))
    return tried.touched


async def _calendar_page(
    visit: Visit,
    activity_id: UUID,
    status: int = 200,
    *,
    document: Document | None = None,
    tried: Preview | None = None,
    refusal: str = "",
    notice: str = "",
) -> Response:
    activity, published, schools = await asyncio.gather(
        _activity(visit, activity_id),
        _published(visit, activity_id),
        calendars.schools(visit.api),
    )
    shown = document or (published.document if published else _NEW)
    if status == HTTPStatus.CONFLICT and published:  # told now: what was typed may replace it
        shown = shown | {"version": published.document["version"]}
    form = form_of(shown)
    return await visit.page(
        "town_hall/calendars/one.html",
        status,
        activity=activity,
        published=published,
        version=shown.get("version"),
        form=form,
        slots=slot_rows(activity.slots, shown),
        schools=form.schools(schools),
        deadlines=DEADLINES,
        countings=COUNTINGS,
        tried=tried,
        touched=[] if tried else await _touched(visit, activity_id, published),
        refusal=refusal,
        notice=notice,
    )


async def _activity(visit: Visit, activity_id: UUID) -> CommuneActivity:
    for activity in await enrolment.commune_activities(visit.api):
        if activity.activity_id == activity_id:
            return activity
    raise HTTPException(404)


async def _published(visit: Visit, activity_id: UUID) -> PublishedCalendar | None:
    return await if_there(calendars.calendar(visit.api, activity_id))


async def _document_in_force(visit: Visit, activity_id: UUID) -> Document:
    published = await _published(visit, activity_id)
    return published.document if published else _NEW


async def _shown(visit: Visit, activity_id: UUID, today: date) -> tuple[date, date]:
    """Six weeks, from today or from the season's first day."""
    start = max(today, (await _activity(visit, activity_id)).opens_on)
    return start, start + _SHOWN


def _refusal(problem: ApiProblem) -> str:
    """Names the parts of the form that are wrong, and says why where the API does."""
    errors = [error for error in problem.members.get("errors") or [] if isinstance(error, dict)]
    parts = {str(error.get("field", "")).removeprefix("calendar.").split(".")[0] for error in errors}
    wrong = [label for name, label in _PLACES if name in parts]
    told = [own_words(str(error.get("message", ""))) for error in errors]
    reasons = [*dict.fromkeys(filter(None, told))]
    if wrong:
        reasons.insert(0, _("À vérifier : %(parts)s.") % {"parts": ", ".join(wrong)})
    return " ".join(reasons) or problem.detail
