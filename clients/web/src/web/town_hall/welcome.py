"""The welcome text of the public home page."""

from fastapi import APIRouter, Response

from web.api import communication
from web.api.errors import ApiProblem
from web.forms import Code, ShortText
from web.i18n import gettext as _
from web.navigation import see_other
from web.town_hall.articles import Act, Draft, LongText
from web.town_hall.refusals import Refusal
from web.visit import StaffVisit, Visit

router = APIRouter()

_PATH = "/mairie/accueil"


@router.get(_PATH)
async def edit_welcome(visit: StaffVisit, fait: Code = "") -> Response:
    """The form, filled."""
    text = await communication.home(visit.api)
    notice = _("Le texte d'accueil est publié.") if fait == "publie" else ""
    return await _form(visit, Draft(text.title, text.body), notice=notice)


@router.post(_PATH)
async def change_welcome(
    visit: StaffVisit, title: ShortText = "", body: LongText = "", geste: Act = "publier"
) -> Response:
    """Publishes it, or shows what it will look like."""
    draft = Draft.typed(title, body)
    if draft.refusal or geste == "apercu":
        return await _form(visit, draft, refusal=draft.refusal, preview=True)
    try:
        await communication.change_home(visit.api, draft.title, draft.body)
    except ApiProblem as problem:
        return await _form(visit, draft, refusal=Refusal.of(problem), status=problem.status)
    return see_other(f"{_PATH}?fait=publie")


async def _form(
    visit: Visit,
    draft: Draft,
    *,
    refusal: Refusal | None = None,
    preview: bool = False,
    notice: str = "",
    status: int = 422,
) -> Response:
    return await visit.page(
        "town_hall/welcome.html",
        status if refusal else 200,
        draft=draft,
        refusal=refusal,
        preview=preview and refusal is None,
        notice=notice,
    )
