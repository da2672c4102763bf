"""Documents of absences: joined and taken back by the family, read by it and by who decides absences."""

from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, File, UploadFile
from starlette.responses import Response

from chassis.errors import NotFoundError
from chassis.files import PDF_AND_IMAGES
from chassis.http.attachments import attachment, attachment_responses
from chassis.http.dependencies import AnyPrincipal, CurrentTenant, FamilyId, Staff
from chassis.http.scope import PortalRoute
from planning.adapters import absence_queries as queries
from planning.adapters.absence_store import SqlAbsenceStore
from planning.application.absence_documents import add_documents, take_document_back
from planning.domain.absence_documents import MAX_BYTES, SentFile
from planning.entrypoints.http.absence_models import DocumentView
from planning.entrypoints.http.stores import Absences
from planning.entrypoints.http.trail import actor_of

router = APIRouter(route_class=PortalRoute, tags=["absences"])

_log = structlog.get_logger(__name__)
_CONTENT = attachment_responses(PDF_AND_IMAGES)


async def _sent(documents: Annotated[list[UploadFile], File(default_factory=list)]) -> list[SentFile]:
    return [SentFile(each.filename or "", await each.read(MAX_BYTES + 1)) for each in documents]


SentDocuments = Annotated[list[SentFile], Depends(_sent)]
"""The files of the multipart field ``documents``."""


@router.post("/absences/{announcement_id}/documents", status_code=201)
async def post_documents(
    announcement_id: UUID, family_id: FamilyId, principal: AnyPrincipal, store: Absences, documents: SentDocuments
) -> list[DocumentView]:
    """Joins files to what was announced, while the town hall has not decided; all that are joined to it now."""
    await add_documents(store, family_id, announcement_id, documents, actor_of(principal))
    joined = await queries.documents(store.transaction, [announcement_id])
    return [DocumentView.model_validate(row) for row in joined.get(announcement_id, [])]


@router.delete("/absences/documents/{absence_document_id}", status_code=204)
async def delete_document(
    absence_document_id: UUID, family_id: FamilyId, principal: AnyPrincipal, store: Absences
) -> None:
    """Takes a document back, while the town hall has not decided."""
    await take_document_back(store, family_id, absence_document_id, actor_of(principal))


@router.get("/absences/documents/{absence_document_id}", response_class=Response, responses=_CONTENT)
async def read_own_document(absence_document_id: UUID, family_id: FamilyId, store: Absences) -> Response:
    """What the family sent, as a download."""
    return await _content(store, absence_document_id, family_id)


@router.get("/town-hall/absences/documents/{absence_document_id}", response_class=Response, responses=_CONTENT)
async def read_document(
    absence_document_id: UUID, principal: Staff, tenant: CurrentTenant, store: Absences
) -> Response:
    """The same, for who decides. Each reading leaves a line in the log: who and which, never what."""
    response = await _content(store, absence_document_id)
    account, document = str(principal.account_id), str(absence_document_id)
    _log.info("absence_document_read", tenant=tenant.slug, account=account, document=document)
    return response


async def _content(store: SqlAbsenceStore, document_id: UUID, family_id: UUID | None = None) -> Response:
    document = await store.document(document_id, family_id)
    if document is None:
        raise NotFoundError
    return attachment(document.content, document.media_type, document.file_name)
