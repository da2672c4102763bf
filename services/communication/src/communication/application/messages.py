"""Messages between a family and the town hall."""

from datetime import datetime
from uuid import UUID

from chassis.errors import NotFoundError
from chassis.ids import new_id
from communication.application.ports import CommunicationStore, Message


async def write_to_town_hall(
    store: CommunicationStore, *, family_id: UUID, guardian_id: UUID | None, subject: str, body: str, now: datetime
) -> UUID:
    """A guardian writes to the town hall. Returns the message's id."""
    message = Message(new_id(), family_id, "family", guardian_id, subject, body, now)
    await store.add_message(message)
    return message.message_id


async def write_to_family(
    store: CommunicationStore, *, family_id: UUID, subject: str, body: str, now: datetime
) -> UUID:
    """The town hall writes to a family. Returns the message's id. Raises ``NotFoundError``."""
    if not await store.family_exists(family_id):
        raise NotFoundError
    message = Message(new_id(), family_id, "town_hall", None, subject, body, now)
    await store.add_message(message)
    return message.message_id
