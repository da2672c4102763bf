"""What the use cases need from the outside."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol
from uuid import UUID

from communication.domain.mails import MailText


@dataclass(frozen=True)
class Article:
    """A title and a Markdown body, published on a day of the commune."""

    title: str
    body: str
    published_on: date


@dataclass(frozen=True)
class Document:
    """A file to download."""

    document_id: UUID
    title: str
    file_name: str
    media_type: str
    content: bytes
    published_on: date


@dataclass(frozen=True)
class Message:
    """One message between a family and the town hall."""

    message_id: UUID
    family_id: UUID
    sender: Literal["family", "town_hall"]
    guardian_id: UUID | None
    subject: str
    body: str
    sent_at: datetime


@dataclass(frozen=True)
class Contact:
    """A guardian as the mails need to know them."""

    guardian_id: UUID
    family_id: UUID
    first_name: str
    last_name: str
    email: str | None


@dataclass(frozen=True)
class AboutPayment:
    """What a mail tells of a payment. A refusal does not leave before a real instant, nor once the family has paid."""

    kind: Literal["receipt", "refusal"]
    family_id: UUID
    payment_id: UUID
    leaves_at: datetime | None = None


@dataclass(frozen=True)
class Mail:
    """A mail about something (an invoice, a payment) to one guardian."""

    about: UUID
    recipient: Contact
    text: MailText
    payment: AboutPayment | None = None


class CommunicationStore(Protocol):
    """The commune's texts, messages and mails."""

    async def put_home(self, article: Article) -> None: ...
    async def add_news(self, news_id: UUID, article: Article) -> None: ...
    async def change_news(self, news_id: UUID, title: str, body: str) -> bool: ...
    async def delete_news(self, news_id: UUID) -> bool: ...
    async def add_document(self, document: Document) -> None: ...
    async def delete_document(self, document_id: UUID) -> bool: ...
    async def add_message(self, message: Message) -> None: ...
    async def family_exists(self, family_id: UUID) -> bool: ...
    async def keep_family(self, family_id: UUID, name: str, contacts: Sequence[Contact], version: int) -> None: ...
    async def keep_contact(self, contact: Contact, version: int) -> None: ...
    async def known_families(self, family_ids: Collection[UUID]) -> set[UUID]: ...
    async def contacts_of(self, family_ids: Collection[UUID]) -> list[Contact]: ...
    async def add_mails(self, mails: Sequence[Mail], now: datetime) -> None: ...
