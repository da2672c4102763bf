"""Publishing documents to download."""

import asyncio
from datetime import date
from uuid import UUID

from chassis.errors import NotFoundError
from chassis.ids import new_id
from communication.application.ports import CommunicationStore, Document
from communication.domain.files import media_type_of, safe_file_name


async def publish_document(
    store: CommunicationStore, *, title: str, file_name: str, content: bytes, today: date
) -> Document:
    """Publishes a file. Raises ``UnacceptedFileError`` or ``FileTooLargeError``."""
    media_type = await asyncio.to_thread(media_type_of, content)
    document = Document(new_id(), title, safe_file_name(file_name, media_type), media_type, content, today)
    await store.add_document(document)
    return document


async def withdraw_document(store: CommunicationStore, document_id: UUID) -> None:
    """Takes a document off. Raises ``NotFoundError``."""
    if not await store.delete_document(document_id):
        raise NotFoundError
