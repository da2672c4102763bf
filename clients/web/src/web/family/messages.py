"""Messages with the town hall, and the news."""

from uuid import UUID

from fastapi import APIRouter, Response

from web.api import communication
from web.api.errors import ApiProblem
from web.attempts import attempt
from web.forms import Code, ShortText, Text
from web.i18n import gettext as _
from web.navigation import see_other
from web.visit import AnyVisit, ParentVisit, Visit

router = APIRouter()

_NEWS_SHOWN = 50


@router.get("/messagerie")
async def show_messages(visit: ParentVisit, fait: Code = "") -> Response:
    """The conversation; seeing it marks it read."""
    notice = _("Votre message est envoyé à la mairie.") if fait == "message" else ""
    return await _messages_page(visit, notice=notice)


@router.post("/messagerie")
async def send_message(visit: ParentVisit, subject: ShortText = "", body: Text = "") -> Response:
    """Writes to the town hall."""
    if not subject.strip() or not body.strip():
        error = _("Un message a besoin d'un objet et d'un texte.")
        return await _messages_page(visit, 422, error=error, subject=subject, body=body)
    try:
        await communication.send_message(visit.api, subject.strip(), body.strip())
    except ApiProblem as problem:
        return await _messages_page(visit, problem.status, error=problem.detail, subject=subject, body=body)
    return see_other("/messagerie?fait=message")


async def _messages_page(
    visit: Visit, status: int = 200, *, notice: str = "", error: str = "", subject: str = "", body: str = ""
) -> Response:
    messages = sorted(await communication.messages(visit.api), key=lambda message: message.sent_at, reverse=True)
    if any(message.sender == "town_hall" and not message.read for message in messages):
        await attempt(communication.mark_read(visit.api))
    form = {"subject": subject, "body": body}
    return await visit.page("family/messages.html", status, messages=messages, notice=notice, error=error, form=form)


@router.get("/actualites")
async def show_news(visit: AnyVisit) -> Response:
    """The last news."""
    return await visit.page("public/news.html", news=await communication.news(visit.api, _NEWS_SHOWN))


@router.get("/actualites/{news_id}")
async def show_news_item(visit: AnyVisit, news_id: UUID) -> Response:
    """One news item."""
    return await visit.page("public/news_item.html", item=await communication.news_item(visit.api, news_id))
