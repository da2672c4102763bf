"""Messages between families and the town hall, and the mails sent."""

from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.errors import NotFoundError
from chassis.http.dependencies import AnyPrincipal, CurrentTenant, CurrentTransaction, FamilyId, Staff
from chassis.http.payloads import Limit, Page
from chassis.http.scope import PortalRoute
from communication.adapters import queries
from communication.adapters.store import SqlCommunicationStore
from communication.application import messages
from communication.entrypoints.schemas import (
    Conversation,
    Created,
    Mail,
    Message,
    MessageIn,
    UnreadMessages,
)

router = APIRouter(route_class=PortalRoute, tags=["messages"])


async def _conversation(connection: AsyncConnection, family_id: UUID, town_hall: str) -> list[Message]:
    return [
        Message(
            message_id=row.message_id,
            sender=row.sender,
            author=town_hall if row.sender == "town_hall" else row.author or "Famille",
            subject=row.subject,
            body=row.body,
            sent_at=row.sent_at,
            read=row.read_at is not None,
        )
        for row in await queries.messages(connection, family_id)
    ]


@router.get("/messages")
async def list_messages(family_id: FamilyId, tenant: CurrentTenant, transaction: CurrentTransaction) -> list[Message]:
    """The family's exchange with the town hall, newest first."""
    return await _conversation(transaction.connection, family_id, f"Mairie – {tenant.description.name}")


@router.post("/messages", status_code=201)
async def write_message(
    message: MessageIn, family_id: FamilyId, principal: AnyPrincipal, transaction: CurrentTransaction
) -> Created:
    """Writes to the town hall."""
    message_id = await messages.write_to_town_hall(
        SqlCommunicationStore(transaction),
        family_id=family_id,
        guardian_id=principal.guardian_id,
        subject=message.subject,
        body=message.body,
        now=transaction.now(),
    )
    return Created(id=message_id)


@router.post("/messages/read", status_code=204)
async def mark_messages_read(family_id: FamilyId, transaction: CurrentTransaction) -> None:
    """The family has read the town hall's messages."""
    await queries.mark_read(transaction.connection, family_id, "town_hall", transaction.now())


@router.get("/messages/summary")
async def count_unread(family_id: FamilyId, transaction: CurrentTransaction) -> UnreadMessages:
    """How many messages of the town hall the family has not read."""
    return UnreadMessages(unread=await queries.unread(transaction.connection, family_id, "town_hall"))


@router.get("/conversations")
async def list_conversations(_principal: Staff, transaction: CurrentTransaction) -> list[Conversation]:
    """Families that exchange with the town hall, the latest first."""
    rows = await queries.conversations(transaction.connection)
    return [Conversation.model_validate(row, from_attributes=True) for row in rows]


@router.get("/conversations/{family_id}")
async def read_conversation(
    family_id: UUID, _principal: Staff, tenant: CurrentTenant, transaction: CurrentTransaction
) -> list[Message]:
    """One family's exchange; reading it marks it as read."""
    if not await SqlCommunicationStore(transaction).family_exists(family_id):
        raise NotFoundError
    shown = await _conversation(transaction.connection, family_id, f"Mairie – {tenant.description.name}")
    await queries.mark_read(transaction.connection, family_id, "family", transaction.now())
    return shown


@router.post("/conversations/{family_id}/messages", status_code=201)
async def answer_family(
    family_id: UUID, message: MessageIn, _principal: Staff, transaction: CurrentTransaction
) -> Created:
    """Writes to a family."""
    message_id = await messages.write_to_family(
        SqlCommunicationStore(transaction),
        family_id=family_id,
        subject=message.subject,
        body=message.body,
        now=transaction.now(),
    )
    return Created(id=message_id)


@router.get("/mails")
async def list_mails(
    _principal: Staff,
    transaction: CurrentTransaction,
    cursor: UUID | None = None,
    limit: Limit = 50,
) -> Page[Mail]:
    """Mails sent or waiting, newest first."""
    rows = await queries.mails(transaction.connection, cursor, limit + 1)
    return Page.cut([Mail.model_validate(row, from_attributes=True) for row in rows], limit, lambda mail: mail.mail_id)
