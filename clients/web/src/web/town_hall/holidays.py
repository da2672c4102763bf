"""«Vacances scolaires»: school and public holidays, by school year, as the town wants them."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Response

from web.api import holidays
from web.api.errors import ApiProblem
from web.forms import Code
from web.i18n import gettext as _
from web.navigation import see_other
from web.town_hall.holiday_form import MOST_PERIODS, MOST_PUBLIC, document_of, errors_of, fields_of
from web.town_hall.typed_form import TypedForm
from web.visit import AdministratorVisit, Visit

router = APIRouter()

_PATH = "/mairie/vacances"
SchoolYear = Annotated[int, Path(ge=2000, le=2098)]
"""The year in which a school year begins."""


@router.get(_PATH)
async def list_years(visit: AdministratorVisit, fait: Code = "") -> Response:
    """Each school year known, the newest first."""
    years = sorted(await holidays.years(visit.api), key=lambda year: year.school_year, reverse=True)
    today = (await visit.commune()).today
    following = years[0].school_year + 1 if years else today.year
    return await visit.page("town_hall/holidays/list.html", years=years, following=following, saved=bool(fait))


@router.get(f"{_PATH}/{{school_year}}")
async def show_year(visit: AdministratorVisit, school_year: SchoolYear) -> Response:
    """A year as a form; of a year that is not there yet, what the API proposes."""
    year = await holidays.year(visit.api, school_year)
    return await _year_page(visit, school_year, TypedForm(fields_of(year)), known=year.school_holidays_known)


@router.post(f"{_PATH}/{{school_year}}")
async def save_year(visit: AdministratorVisit, school_year: SchoolYear) -> Response:
    """Writes the year in place of what was there. What was typed stays when it is refused."""
    form = await visit.request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    document, places = document_of(fields)
    try:
        await holidays.save(visit.api, school_year, document)
    except ApiProblem as problem:
        if problem.status == HTTPStatus.CONFLICT:  # told now: what was typed may replace it
            fields["version"] = (await holidays.year(visit.api, school_year)).version
        typed = TypedForm(fields, errors_of(problem, places))
        said = _("Corrigez les champs signalés. Ce que vous avez saisi est resté.") if typed.errors else problem.detail
        return await _year_page(visit, school_year, typed, problem.status, refusal=said)
    return see_other(f"{_PATH}?fait=1")


async def _year_page(
    visit: Visit, school_year: int, form: TypedForm, status: int = 200, *, known: bool = True, refusal: str = ""
) -> Response:
    return await visit.page(
        "town_hall/holidays/one.html",
        status,
        school_year=school_year,
        form=form,
        known=known,
        most_periods=MOST_PERIODS,
        most_public=MOST_PUBLIC,
        refusal=refusal,
    )
