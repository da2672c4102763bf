"""News: published, corrected, withdrawn."""

from uuid import UUID

from fastapi import APIRouter, Response

from web.api import communication
from web.api.communication import NewsItem
from web.api.errors import ApiProblem
from web.forms import Code, ShortText
from web.i18n import gettext as _
from web.navigation import see_other
from web.town_hall.articles import Act, Draft, LongText
from web.town_hall.refusals import Refusal
from web.visit import StaffVisit, Visit

router = APIRouter()

_PATH = "/mairie/actualites"
_SHOWN = 100


@router.get(_PATH)
async def list_news(visit: StaffVisit, fait: Code = "") -> Response:
    """What is published."""
    notices = {
        "publiee": _("L'actualité est publiée."),
        "modifiee": _("L'actualité est modifiée."),
        "retiree": _("L'actualité est retirée du portail."),
    }
    news = await communication.news(visit.api, _SHOWN)
    return await visit.page("town_hall/news/list.html", news=news, notice=notices.get(fait, ""))


@router.get(f"{_PATH}/nouvelle")
async def write_news(visit: StaffVisit) -> Response:
    """An empty form."""
    return await _form(visit, Draft())


@router.post(f"{_PATH}/nouvelle")
async def publish_news(
    visit: StaffVisit, title: ShortText = "", body: LongText = "", geste: Act = "publier"
) -> Response:
    """Publishes, or shows what it will look like."""
    draft = Draft.typed(title, body)
    if draft.refusal or geste == "apercu":
        return await _form(visit, draft, refusal=draft.refusal, preview=True)
    try:
        await communication.publish_news(visit.api, draft.title, draft.body)
    except ApiProblem as problem:
        return await _form(visit, draft, refusal=Refusal.of(problem), status=problem.status)
    return see_other(f"{_PATH}?fait=publiee")


@router.get(f"{_PATH}/{{news_id}}")
async def edit_news(visit: StaffVisit, news_id: UUID) -> Response:
    """The form, filled."""
    item = await communication.news_item(visit.api, news_id)
    return await _form(visit, Draft(item.title, item.body), item)


@router.post(f"{_PATH}/{{news_id}}")
async def change_news(
    visit: StaffVisit, news_id: UUID, title: ShortText = "", body: LongText = "", geste: Act = "publier"
) -> Response:
    """Corrects it, or shows what it will look like."""
    item, draft = await communication.news_item(visit.api, news_id), Draft.typed(title, body)
    if draft.refusal or geste == "apercu":
        return await _form(visit, draft, item, refusal=draft.refusal, preview=True)
    try:
        await communication.change_news(visit.api, news_id, draft.title, draft.body)
    except ApiProblem as problem:
        return await _form(visit, draft, item, refusal=Refusal.of(problem), status=problem.status)
    return see_other(f"{_PATH}?fait=modifiee")


@router.get(f"{_PATH}/{{news_id}}/retirer")
async def ask_withdrawal(visit: StaffVisit, news_id: UUID) -> Response:
    """Asks for confirmation."""
    return await visit.page("town_hall/news/withdraw.html", item=await communication.news_item(visit.api, news_id))


@router.post(f"{_PATH}/{{news_id}}/retirer")
async def withdraw_news(visit: StaffVisit, news_id: UUID) -> Response:
    """Takes it off."""
    await communication.withdraw_news(visit.api, news_id)
    return see_other(f"{_PATH}?fait=retiree")


async def _form(
    visit: Visit,
    draft: Draft,
    item: NewsItem | None = None,
    *,
    refusal: Refusal | None = None,
    preview: bool = False,
    status: int = 422,
) -> Response:
    return await visit.page(
        "town_hall/news/form.html",
        status if refusal else 200,
        draft=draft,
        item=item,
        refusal=refusal,
        preview=preview and refusal is None,
    )
