"""communication: home text, news, documents, messages."""

from datetime import datetime
from typing import BinaryIO, Literal
from uuid import UUID

from pydantic import Field

from web.api.client import Answer, Api, Page, SentFile

_BASE = "communication/v1"


class HomeText(Answer):
    """The welcome text: its Markdown source, and ``html`` cleaned by the service."""

    title: str
    body: str = ""
    html: str
    published_on: datetime | None = None


class NewsItem(Answer):
    """A news item: its Markdown source, and ``html`` cleaned by the service."""

    news_id: UUID
    title: str
    body: str = ""
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


class Conversation(Answer):
    """A family's exchange with the town hall; ``unread`` messages of the family."""

    family_id: UUID
    family_name: str
    last_message_at: datetime
    unread: int


class Mail(Answer):
    """A mail that the portal sends."""

    mail_id: UUID
    recipient_name: str
    subject: str
    state: Literal["waiting", "sent", "failed", "withdrawn"]
    created_at: datetime
    sent_at: datetime | None = None


async def change_home(api: Api, title: str, body: str) -> None:
    """Replaces the welcome text."""
    await api.command("PUT", f"{_BASE}/home", {"title": title, "body": body})


async def publish_news(api: Api, title: str, body: str) -> None:
    """Publishes a news item."""
    await api.command("POST", f"{_BASE}/news", {"title": title, "body": body})


async def change_news(api: Api, news_id: UUID, title: str, body: str) -> None:
    """Corrects a news item."""
    await api.command("PUT", f"{_BASE}/news/{news_id}", {"title": title, "body": body})


async def withdraw_news(api: Api, news_id: UUID) -> None:
    """Takes a news item off."""
    await api.command("DELETE", f"{_BASE}/news/{news_id}")


async def publish_document(api: Api, title: str, file_name: str, file: BinaryIO) -> None:
    """Publishes a file. ``ApiProblem``: unaccepted-file, file-too-large."""
    await api.upload(f"{_BASE}/documents", {"title": title}, SentFile("file", file_name, file))


async def withdraw_document(api: Api, document_id: UUID) -> None:
    """Takes a document off."""
    await api.command("DELETE", f"{_BASE}/documents/{document_id}")


async def conversations(api: Api) -> list[Conversation]:
    """Families that exchange with the town hall, the latest first."""
    return await api.get(list[Conversation], f"{_BASE}/conversations")


async def conversation(api: Api, family_id: UUID) -> list[Message]:
    """One family's exchange; reading it marks it read."""
    return await api.get(list[Message], f"{_BASE}/conversations/{family_id}")


async def answer_family(api: Api, family_id: UUID, subject: str, body: str) -> None:
    """Writes to a family."""
    await api.command("POST", f"{_BASE}/conversations/{family_id}/messages", {"subject": subject, "body": body})


async def mails(api: Api, cursor: str | None = None) -> Page[Mail]:
    """Mails sent or waiting, the latest first."""
    return await api.get(Page[Mail], f"{_BASE}/mails", {"cursor": cursor, "limit": 50})
