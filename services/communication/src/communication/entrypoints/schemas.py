"""Payloads of communication's API."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=150, pattern=r"^[^\x00-\x1f\x7f]*$")
]
"""One line."""
Body = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
MessageBody = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000)]


class Payload(BaseModel):
    """A request body: what it does not name is refused."""

    model_config = ConfigDict(extra="forbid")


class ArticleIn(Payload):
    """A title and a Markdown body."""

    title: Title
    body: Body


class MessageIn(Payload):
    """A message as plain text."""

    subject: Title
    body: MessageBody


class Home(BaseModel):
    """The welcome text. ``body`` is the Markdown source, ``html`` what to show."""

    title: str
    body: str
    html: str
    published_on: date


class News(BaseModel):
    """A news item."""

    news_id: UUID
    title: str
    body: str
    html: str
    summary: str
    published_on: date


class Document(BaseModel):
    """A file to download."""

    document_id: UUID
    title: str
    file_name: str
    media_type: str
    size_bytes: int
    published_on: date


class Message(BaseModel):
    """One message; ``from`` is who wrote it, ``author`` the guardian's name or the town hall's."""

    message_id: UUID
    sender: Literal["family", "town_hall"] = Field(serialization_alias="from")
    author: str
    subject: str
    body: str
    sent_at: datetime
    read: bool


class Created(BaseModel):
    """Id of what was created."""

    id: UUID


class UnreadMessages(BaseModel):
    """How many messages wait to be read."""

    unread: int


class Conversation(BaseModel):
    """A family's exchange with the town hall."""

    family_id: UUID
    family_name: str
    last_message_at: datetime
    unread: int


class Mail(BaseModel):
    """A mail to a guardian, without its address."""

    mail_id: UUID
    recipient_name: str
    subject: str
    state: Literal["waiting", "sent", "failed", "withdrawn"]
    created_at: datetime
    sent_at: datetime | None


class MailPage(BaseModel):
    """Mails, newest first; ``next_cursor`` is None on the last page."""

    items: list[Mail]
    next_cursor: UUID | None
