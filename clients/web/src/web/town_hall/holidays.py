"""«Vacances scolaires»: school and public holidays, by school year, as the town wants them; the week of school."""

import asyncio
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Response

from web.api import holidays, touched
from web.api.errors import ApiProblem
from web.api.touched import TouchedActivity
from web.attempts import attempt
from web.forms import Code
from web.i18n import gettext as _
from web.navigation import see_other
from web.town_hall.holiday_form import MOST_PERIODS, MOST_PUBLIC, document_of, errors_of, fields_of
from web.town_hall.rows import number_of
from web.town_hall.shown_first import NOTHING, name_of
from web.town_hall.typed_form import TypedForm
from web.visit import AdministratorVisit, Visit

router = APIRouter()

_PATH = "/mairie/vacances"
SchoolYear = Annotated[int, Path(ge=2000, le=2098)]
"""The year in which a school year begins."""


@router.get(_PATH)
async def list_years(visit: AdministratorVisit, fait: Code = "") -> Response:
    """Each school year known, the newest first; what is booked on closed days; the week of school."""
    notices = {
        "1": _("Les dates sont enregistrées : les familles les voient dès maintenant."),
        "semaine": _("La semaine d'école est enregistrée : les délais la comptent dès maintenant."),
    }
    return await _list_page(visit, notice=notices.get(fait, ""))


@router.post(f"{_PATH}/semaine")
async def save_week(visit: AdministratorVisit) -> Response:
    """Writes the week of school."""
    week_days = [number_of(day) for day in (await visit.request.form()).getlist("jours") if isinstance(day, str)]
    if not week_days:
        return await _list_page(visit, 422, week=week_days, refusal=_("Cochez au moins un jour d'école."))
    await holidays.save_school_week(visit.api, week_days)
    return see_other(f"{_PATH}?fait=semaine")


async def _list_page(
    visit: Visit, status: int = 200, *, week: list[int] | None = None, notice: str = "", refusal: str = ""
) -> Response:
    known, in_force, to_withdraw = await asyncio.gather(
        holidays.years(visit.api), holidays.school_week(visit.api), attempt(touched.bookings_to_withdraw(visit.api))
    )
    years = sorted(known, key=lambda year: year.school_year, reverse=True)
    today = (await visit.commune()).today
    return await visit.page(
        "town_hall/holidays/list.html",
        status,
        years=years,
        following=years[0].school_year + 1 if years else today.year,
        week=in_force if week is None else week,
        to_withdraw=to_withdraw or [],
        notice=notice,
        refusal=refusal,
    )


@router.get(f"{_PATH}/{{school_year}}")
async def show_year(visit: AdministratorVisit, school_year: SchoolYear) -> Response:
    """A year as a form; of a year that is not there yet, what the API proposes."""
    year = await holidays.year(visit.api, school_year)
    return await _year_page(visit, school_year, TypedForm(fields_of(year)), known=year.school_holidays_known)


@router.post(f"{_PATH}/{{school_year}}")
async def save_year(visit: AdministratorVisit, school_year: SchoolYear) -> Response:
    """Writes the year in place of what was there, once the booked days that it closes have been shown.

    «Aperçu» only shows them. What was typed stays when it is refused.
    """
    form = await visit.request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    document, places = document_of(fields)
    try:
        closed = await touched.touched_by_holidays(visit.api, school_year, document)
        if fields.get("suite") == "apercu" or _seen(closed) != fields.get("vu", NOTHING):
            return await _year_page(visit, school_year, TypedForm(fields), tried=closed)
        await holidays.save(visit.api, school_year, document)
    except ApiProblem as problem:
        if problem.status == HTTPStatus.CONFLICT:  # told now: what was typed may replace it
            fields["version"] = (await holidays.year(visit.api, school_year)).version
        typed = TypedForm(fields, errors_of(problem, places))
        said = _("Corrigez les champs signalés. Ce que vous avez saisi est resté.") if typed.errors else problem.detail
        return await _year_page(visit, school_year, typed, problem.status, refusal=said)
    return see_other(f"{_PATH}?fait=1")


def _seen(closed: list[TouchedActivity]) -> str:
    return name_of(
        f"{activity.activity_id} {day.day} {day.reservations} {day.closed_reason}"
        for activity in closed
        for day in activity.days
    )


async def _year_page(
    visit: Visit,
    school_year: int,
    form: TypedForm,
    status: int = 200,
    *,
    known: bool = True,
    tried: list[TouchedActivity] | None = None,
    refusal: str = "",
) -> Response:
    return await visit.page(
        "town_hall/holidays/one.html",
        status,
        school_year=school_year,
        form=form,
        known=known,
        tried=tried,
        seen="" if tried is None else _seen(tried),
        most_periods=MOST_PERIODS,
        most_public=MOST_PUBLIC,
        refusal=refusal,
    )
