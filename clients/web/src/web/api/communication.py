"""communication: home text, news, documents, messages."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from web.api.client import Answer, Api

_BASE = "communication/v1"


class HomeText(Answer):
    """The welcome text; ``html`` is cleaned by the service."""

    title: str
    html: str
    published_on: datetime | None = None


class NewsItem(Answer):
    """A news item; ``html`` is cleaned by the service."""

    news_id: UUID
    title: str
    html: str = ""
    summary: str = ""
    published_on: datetime


class Document(Answer):
    """A document to download."""

    document_id: UUID
    title: str
    file_name: str
    media_type: str
    size_bytes: int


class Message(Answer):
    """A message between the family and the town hall."""

    message_id: UUID
    sender: Literal["family", "town_hall"] = Field(alias="from")
    author: str
    subject: str
    body: str
    sent_at: datetime
    read: bool


class _Unread(Answer):
    unread: int


async def home(api: Api) -> HomeText:
    """The welcome text."""
    return await api.get(HomeText, f"{_BASE}/home")


async def news(api: Api, limit: int) -> list[NewsItem]:
    """The last news."""
    return await api.get(list[NewsItem], f"{_BASE}/news", {"limit": limit})


async def news_item(api: Api, news_id: UUID) -> NewsItem:
    """One news item."""
    return await api.get(NewsItem, f"{_BASE}/news/{news_id}")


async def documents(api: Api) -> list[Document]:
    """Documents to download."""
    return await api.get(list[Document], f"{_BASE}/documents")


def document_path(document_id: UUID) -> str:
    """Where the API keeps a document."""
    return f"{_BASE}/documents/{document_id}/content"


async def messages(api: Api) -> list[Message]:
    """The family's conversation."""
    return await api.get(list[Message], f"{_BASE}/messages")


async def send_message(api: Api, subject: str, body: str) -> None:
    """Writes to the town hall."""
    await api.command("POST", f"{_BASE}/messages", {"subject": subject, "body": body})


async def mark_read(api: Api) -> None:
    """The family has seen its messages."""
    await api.command("POST", f"{_BASE}/messages/read")


async def unread(api: Api) -> int:
    """Messages of the town hall not yet seen."""
    return (await api.get(_Unread, f"{_BASE}/messages/summary")).unread
