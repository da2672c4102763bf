"""The commune's messages that could not be handled, for its town hall. Every service has this route."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text

from chassis.http.dependencies import CurrentTransaction, Staff
from chassis.http.scope import PortalRoute

_LIMIT = 100

router = APIRouter(route_class=PortalRoute, tags=["dead-letters"])


class DeadLetter(BaseModel):
    """A message put aside. ``subject`` is what it is about (id of the aggregate), ``reason`` a French sentence.

    ``queue`` says which reader could not handle it.
    """

    message_id: UUID
    queue: str
    type: str | None
    subject: UUID | None
    reason: str
    buried_at: datetime


class DeadLetters(BaseModel):
    """The newest first, a hundred at most."""

    items: list[DeadLetter]


@router.get("/dead-letters")
async def list_dead_letters(_staff: Staff, transaction: CurrentTransaction) -> DeadLetters:
    """What this service could not do for the commune, until an operator replays or purges it."""
    rows = await transaction.connection.execute(
        text(
            "select message_id, queue, type, subject, reason, buried_at from dead_letter"
            " order by buried_at desc, message_id desc limit :limit"
        ),
        {"limit": _LIMIT},
    )
    return DeadLetters(items=[DeadLetter(**row) for row in rows.mappings()])
