"""Children of two homes: whose their days are."""

from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from uuid import UUID

from fastapi import APIRouter, Response

from web.api import custody, enrolment
from web.api.custody import Document, SharedMember
from web.api.errors import ApiProblem
from web.forms import Code
from web.i18n import gettext as _
from web.navigation import see_other
from web.town_hall.calendar_form import Dates, days_of, period_of
from web.town_hall.rows import Fields, rows_of
from web.visit import StaffVisit, Visit

router = APIRouter()

_PATH = "/mairie/familles/{family_id}/foyers"
_EMPTY_ROWS = 3


@dataclass(frozen=True)
class Span:
    """Days that follow each other and are the same home's; ``home`` is its name, empty when they are either's."""

    first: date
    last: date
    home: str


@dataclass(frozen=True)
class HomesForm:
    """What is shown and typed for one child. Homes are their ids; the ``words`` of dates are the home's."""

    even_weeks: str
    changes_on: str
    first_halves: str
    dates: list[Dates]


@dataclass(frozen=True)
class Child:
    """One child on the page."""

    shared: SharedMember
    form: HomesForm
    spans: list[Span]
    error: str = ""

    def named(self, family_id: UUID) -> str:
        """The name of one of the homes."""
        return next((home.name for home in self.shared.homes if home.family_id == family_id), "")


@router.get(_PATH)
async def show_homes(visit: StaffVisit, family_id: UUID, fait: Code = "") -> Response:
    """The family's children who have another home too."""
    notices = {
        "partage": _("Le partage est enregistré : chaque foyer voit désormais ses jours."),
        "fin": _("Les jours ne sont plus partagés : l'un ou l'autre foyer peut réserver."),
    }
    return await _page(visit, family_id, notice=notices.get(fait, ""))


@router.post(f"{_PATH}/{{member_id}}")
async def share(visit: StaffVisit, family_id: UUID, member_id: UUID) -> Response:
    """Replaces how a child's days are shared; what is refused stays as typed."""
    form = await visit.request.form()
    fields = {name: value for name, value in form.items() if isinstance(value, str)}
    homes = [home for home in form.getlist("foyers") if isinstance(home, str)]
    try:
        await custody.share(visit.api, member_id, _document(fields, homes))
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        return await _page(visit, family_id, refused=(member_id, fields, problem))
    return see_other(f"{_PATH.format(family_id=family_id)}?fait=partage")


@router.post(f"{_PATH}/{{member_id}}/fin")
async def stop_sharing(visit: StaffVisit, family_id: UUID, member_id: UUID) -> Response:
    """Gives every day to either home."""
    await custody.stop_sharing(visit.api, member_id)
    return see_other(f"{_PATH.format(family_id=family_id)}?fait=fin")


async def _page(
    visit: Visit,
    family_id: UUID,
    *,
    notice: str = "",
    refused: tuple[UUID, Fields, ApiProblem] | None = None,
) -> Response:
    family = await enrolment.family_file(visit.api, family_id)
    children = [
        Child(shared, _form_of(shared), _spans(shared)) for shared in await custody.shared_members(visit.api, family_id)
    ]
    if refused:
        member_id, fields, problem = refused
        children = [
            replace(child, form=_typed(fields), error=_sentence(problem))
            if child.shared.member_id == member_id
            else child
            for child in children
        ]
    status = refused[2].status if refused else 200
    return await visit.page("town_hall/families/homes.html", status, family=family, children=children, notice=notice)


def _sentence(problem: ApiProblem) -> str:
    if problem.slug in {"invalid-custody", "not-shared"}:
        return problem.detail
    return _("Une date ou un foyer manque ou n'est pas valable : vérifiez chaque ligne.")


def _form_of(shared: SharedMember) -> HomesForm:
    known = shared.custody
    if known is None:
        return HomesForm("", "0", "", [Dates()] * _EMPTY_ROWS)
    periods = (
        ({"from": period.from_day.isoformat(), "to": period.to_day.isoformat()}, period.home) for period in known.dates
    )
    return HomesForm(
        even_weeks=str(known.even_weeks or ""),
        changes_on=str(known.changes_on),
        first_halves=str(known.first_halves or ""),
        dates=[*(Dates(*days_of(period), words=str(home)) for period, home in periods), *[Dates()] * _EMPTY_ROWS],
    )


def _typed(fields: Fields) -> HomesForm:
    dates = [Dates(*days_of(row), words=row["home"]) for row in rows_of(fields, "dates", _dates)]
    return HomesForm(
        even_weeks=fields.get("paires", ""),
        changes_on=fields.get("changement", ""),
        first_halves=fields.get("moities", ""),
        dates=[*dates, *[Dates()] * _EMPTY_ROWS],
    )


def _document(fields: Fields, homes: list[str]) -> Document:
    return {
        "homes": homes,
        "even_weeks": fields.get("paires") or None,
        "changes_on": fields.get("changement", "0"),
        "first_halves": fields.get("moities") or None,
        "dates": rows_of(fields, "dates", _dates),
    }


def _dates(fields: Fields, row: str) -> Document | None:
    if not fields.get(f"{row}.du"):
        return None
    return period_of(fields, row) | {"home": fields.get(f"{row}.chez", "")}


def _spans(shared: SharedMember) -> list[Span]:
    names = {home.family_id: home.name for home in shared.homes}
    spans = []
    for home, days in groupby(shared.next_days, key=lambda each: each.home):
        listed = list(days)
        spans.append(Span(listed[0].day, listed[-1].day, names.get(home, "") if home else ""))
    return spans
