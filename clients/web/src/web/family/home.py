"""The public pages of a commune: home, documents, declarations, colours."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Response
from starlette.responses import StreamingResponse

from web.api import communication
from web.attempts import attempt
from web.downloads import pass_on
from web.forms import Code
from web.i18n import gettext as _
from web.navigation import see_other
from web.rendering.theme import theme_css
from web.visit import AnyVisit, Visit

router = APIRouter()

_NEWS_SHOWN = 3
_FIVE_MINUTES = "public, max-age=300"


@router.get("/")
async def show_home(visit: AnyVisit, suite: str = "", fin: Code = "", fait: Code = "") -> Response:
    """The home page, with the login box; those already logged in go to their own."""
    if visit.session is not None:
        return see_other(visit.home_path)
    return await home_page(visit, suite=suite, notice=_notice(fin, fait, suite))


async def home_page(visit: Visit, status: int = 200, **login: object) -> Response:
    """The home page; ``login`` is what the login box says."""
    text, news, documents = await asyncio.gather(
        attempt(communication.home(visit.api)),
        attempt(communication.news(visit.api, _NEWS_SHOWN)),
        attempt(communication.documents(visit.api)),
    )
    box = {"suite": "", "notice": "", "error": "", "wait": "", "ticket": "", "user_name": "", "remember": False} | login
    return await visit.page("public/home.html", status, text=text, news=news, documents=documents, login=box)


def _notice(fin: str, fait: str, suite: str) -> str:
    if fait == "deconnexion":
        return _("Vous êtes déconnecté. À bientôt.")
    if fait == "mot-de-passe":
        return _("Votre mot de passe est changé. Connectez-vous avec le nouveau.")
    if fin or suite:
        return _("Connectez-vous pour continuer.")
    return ""


@router.get("/theme.css")
async def show_theme(visit: AnyVisit) -> Response:
    """The commune's colours."""
    commune = await visit.commune()
    return Response(theme_css(commune.look), media_type="text/css", headers={"Cache-Control": _FIVE_MINUTES})


@router.get("/documents/{document_id}")
async def download_document(visit: AnyVisit, document_id: UUID) -> StreamingResponse:
    """A document of the commune."""
    return await pass_on(visit.api, communication.document_path(document_id))


@router.get("/accessibilite")
async def show_accessibility(visit: AnyVisit) -> Response:
    """The accessibility declaration (decree 2019-768)."""
    return await visit.page("public/accessibility.html")


@router.get("/mentions-legales")
async def show_legal_notice(visit: AnyVisit) -> Response:
    """Who publishes the site."""
    return await visit.page("public/legal.html")
