"""Documents to download: published and withdrawn."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Response, UploadFile
from starlette.exceptions import HTTPException

from web.api import communication
from web.api.errors import ApiProblem
from web.forms import Code, ShortText
from web.i18n import gettext as _
from web.navigation import see_other
from web.town_hall.refusals import Refusal
from web.visit import StaffVisit, Visit

router = APIRouter()

_PATH = "/mairie/documents"
_TITLE, _FILE = "title", "file"


@router.get(_PATH)
async def list_documents(visit: StaffVisit, fait: Code = "") -> Response:
    """What is published, and the form that adds to it."""
    notices = {"publie": _("Le document est publié."), "retire": _("Le document est retiré du portail.")}
    return await _documents_page(visit, notice=notices.get(fait, ""))


@router.post(_PATH)
async def publish_document(
    visit: StaffVisit, title: ShortText = "", file: Annotated[UploadFile | str, File()] = ""
) -> Response:
    """Passes the file on to communication, which looks at its content. A form sent without a file says so."""
    title = title.strip()
    if isinstance(file, str) or not file.filename or not title:
        missing = {_TITLE} if not title else {_FILE}
        refusal = Refusal(_("Il faut un titre et un fichier."), frozenset(missing))
        return await _documents_page(visit, 422, title=title, refusal=refusal)
    try:
        await communication.publish_document(visit.api, title, file.filename, file.file)
    except ApiProblem as problem:
        refusal = Refusal.of(problem)
        fields = refusal.fields or frozenset({_FILE})
        return await _documents_page(visit, problem.status, title=title, refusal=Refusal(refusal.sentence, fields))
    return see_other(f"{_PATH}?fait=publie")


@router.get(f"{_PATH}/{{document_id}}/retirer")
async def ask_withdrawal(visit: StaffVisit, document_id: UUID) -> Response:
    """Asks for confirmation."""
    for document in await communication.documents(visit.api):
        if document.document_id == document_id:
            return await visit.page("town_hall/documents/withdraw.html", document=document)
    raise HTTPException(404)


@router.post(f"{_PATH}/{{document_id}}/retirer")
async def withdraw_document(visit: StaffVisit, document_id: UUID) -> Response:
    """Takes it off."""
    await communication.withdraw_document(visit.api, document_id)
    return see_other(f"{_PATH}?fait=retire")


async def _documents_page(
    visit: Visit, status: int = 200, title: str = "", notice: str = "", refusal: Refusal | None = None
) -> Response:
    documents = await communication.documents(visit.api)
    return await visit.page(
        "town_hall/documents/list.html", status, documents=documents, title=title, notice=notice, refusal=refusal
    )
