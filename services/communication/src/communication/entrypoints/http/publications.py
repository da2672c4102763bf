"""Home page, news and documents: read by anyone, written by the town hall."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, File, Form, Query, UploadFile
from sqlalchemy import Row
from starlette.responses import Response

from chassis.clock import local_day
from chassis.database import Transaction
from chassis.errors import NotFoundError
from chassis.http.attachments import attachment, attachment_responses
from chassis.http.dependencies import CurrentTenant, CurrentTransaction, Staff
from chassis.http.scope import PortalRoute
from chassis.tenants import Tenant
from communication.adapters import queries
from communication.adapters.store import SqlCommunicationStore
from communication.application import articles, documents
from communication.domain.files import MAX_BYTES, MEDIA_TYPES
from communication.domain.texts import summary, to_html
from communication.entrypoints.schemas import ArticleIn, Created, Document, Home, News, Title

router = APIRouter(route_class=PortalRoute, tags=["publications"])


def _today(transaction: Transaction, tenant: Tenant) -> date:
    return local_day(transaction.now(), tenant.time_zone)


def _news(row: Row[Any]) -> News:
    return News(
        news_id=row.news_id,
        title=row.title,
        body=row.body,
        html=to_html(row.body),
        summary=summary(row.body),
        published_on=row.published_on,
    )


@router.get("/home")
async def read_home(tenant: CurrentTenant, transaction: CurrentTransaction) -> Home:
    """The welcome text of the public home page."""
    row = await queries.home(transaction.connection)
    if row is None:
        return Home(
            title="Bienvenue sur le portail famille", body="", html="", published_on=_today(transaction, tenant)
        )
    return Home(title=row.title, body=row.body, html=to_html(row.body), published_on=row.published_on)


@router.put("/home", status_code=204)
async def change_home(
    article: ArticleIn, _principal: Staff, tenant: CurrentTenant, transaction: CurrentTransaction
) -> None:
    """Replaces the welcome text."""
    store = SqlCommunicationStore(transaction)
    await articles.change_home(store, title=article.title, body=article.body, today=_today(transaction, tenant))


@router.get("/news")
async def list_news(
    _tenant: CurrentTenant, transaction: CurrentTransaction, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> list[News]:
    """The latest news, newest first."""
    return [_news(row) for row in await queries.news(transaction.connection, limit)]


@router.get("/news/{news_id}")
async def read_news(news_id: UUID, _tenant: CurrentTenant, transaction: CurrentTransaction) -> News:
    """One news item."""
    row = await queries.news_item(transaction.connection, news_id)
    if row is None:
        raise NotFoundError
    return _news(row)


@router.post("/news", status_code=201)
async def publish_news(
    article: ArticleIn, _principal: Staff, tenant: CurrentTenant, transaction: CurrentTransaction
) -> Created:
    """Publishes a news item."""
    store = SqlCommunicationStore(transaction)
    today = _today(transaction, tenant)
    return Created(id=await articles.publish_news(store, title=article.title, body=article.body, today=today))


@router.put("/news/{news_id}", status_code=204)
async def change_news(news_id: UUID, article: ArticleIn, _principal: Staff, transaction: CurrentTransaction) -> None:
    """Corrects a news item."""
    await articles.change_news(SqlCommunicationStore(transaction), news_id, title=article.title, body=article.body)


@router.delete("/news/{news_id}", status_code=204)
async def withdraw_news(news_id: UUID, _principal: Staff, transaction: CurrentTransaction) -> None:
    """Takes a news item off."""
    await articles.withdraw_news(SqlCommunicationStore(transaction), news_id)


@router.get("/documents")
async def list_documents(_tenant: CurrentTenant, transaction: CurrentTransaction) -> list[Document]:
    """The documents to download."""
    rows = await queries.documents(transaction.connection)
    return [Document.model_validate(row, from_attributes=True) for row in rows]


@router.get(
    "/documents/{document_id}/content",
    response_class=Response,
    responses=attachment_responses(MEDIA_TYPES),
)
async def download_document(document_id: UUID, _tenant: CurrentTenant, transaction: CurrentTransaction) -> Response:
    """A document's content, always as a download."""
    row = await queries.document(transaction.connection, document_id)
    if row is None:
        raise NotFoundError
    return attachment(row.content, row.media_type, row.file_name)


@router.post("/documents", status_code=201)
async def publish_document(
    _principal: Staff,
    tenant: CurrentTenant,
    transaction: CurrentTransaction,
    title: Annotated[Title, Form()],
    file: Annotated[UploadFile, File()],
) -> Document:
    """Publishes a file of at most 10 MB, its type told by its content."""
    document = await documents.publish_document(
        SqlCommunicationStore(transaction),
        title=title,
        file_name=file.filename or "",
        content=await file.read(MAX_BYTES + 1),
        today=_today(transaction, tenant),
    )
    return Document(
        document_id=document.document_id,
        title=document.title,
        file_name=document.file_name,
        media_type=document.media_type,
        size_bytes=len(document.content),
        published_on=document.published_on,
    )


@router.delete("/documents/{document_id}", status_code=204)
async def withdraw_document(document_id: UUID, _principal: Staff, transaction: CurrentTransaction) -> None:
    """Takes a document off."""
    await documents.withdraw_document(SqlCommunicationStore(transaction), document_id)
