"""What the pages of communication read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from communication.adapters import tables

Rows = Sequence[Row[Any]]


async def home(connection: AsyncConnection) -> Row[Any] | None:
    """The commune's welcome text: title, body, published_on."""
    return (await connection.execute(select(tables.home_page))).one_or_none()


async def news(connection: AsyncConnection, limit: int) -> Rows:
    """The latest news, newest first."""
    columns = tables.news.c
    statement = select(tables.news).order_by(columns.published_on.desc(), columns.news_id.desc()).limit(limit)
    return (await connection.execute(statement)).all()


async def news_item(connection: AsyncConnection, news_id: UUID) -> Row[Any] | None:
    """One news item."""
    return (await connection.execute(select(tables.news).where(tables.news.c.news_id == news_id))).one_or_none()


async def documents(connection: AsyncConnection) -> Rows:
    """All documents, without their contents, by title."""
    columns = [column for column in tables.document.c if column.name != "content"]
    return (await connection.execute(select(*columns).order_by(tables.document.c.title))).all()


async def document(connection: AsyncConnection, document_id: UUID) -> Row[Any] | None:
    """One document with its content."""
    statement = select(tables.document).where(tables.document.c.document_id == document_id)
    return (await connection.execute(statement)).one_or_none()


async def messages(connection: AsyncConnection, family_id: UUID) -> Rows:
    """A family's messages with their author's name, newest first (at most 200)."""
    author = tables.guardian.c.first_name + " " + tables.guardian.c.last_name
    statement = (
        select(tables.message, author.label("author"))
        .outerjoin(
            tables.guardian,
            (tables.guardian.c.guardian_id == tables.message.c.guardian_id)
            & (tables.guardian.c.family_id == tables.message.c.family_id),
        )
        .where(tables.message.c.family_id == family_id)
        .order_by(tables.message.c.message_id.desc())
        .limit(200)
    )
    return (await connection.execute(statement)).all()


async def unread(connection: AsyncConnection, family_id: UUID, sender: str) -> int:
    """How many messages of ``sender`` in a family's conversation nobody has read."""
    columns = tables.message.c
    unread_messages = and_(columns.family_id == family_id, columns.sender == sender, columns.read_at.is_(None))
    return await connection.scalar(select(func.count()).where(unread_messages)) or 0


async def mark_read(connection: AsyncConnection, family_id: UUID, sender: str, now: datetime) -> None:
    """Marks the messages of ``sender`` in a family's conversation as read."""
    columns = tables.message.c
    statement = update(tables.message).where(columns.family_id == family_id, columns.sender == sender)
    await connection.execute(statement.where(columns.read_at.is_(None)).values(read_at=now))


async def conversations(connection: AsyncConnection) -> Rows:
    """Every family's conversation, the latest first: family_id, family_name, last_message_at, unread."""
    return (
        await connection.execute(
            text(
                "select m.family_id, coalesce(f.name, '') as family_name, max(m.sent_at) as last_message_at,"
                " count(*) filter (where m.sender = 'family' and m.read_at is null) as unread"
                " from message m left join family f using (tenant_id, family_id)"
                " group by m.family_id, f.name order by last_message_at desc limit 200"
            )
        )
    ).all()


async def mails(connection: AsyncConnection, before: UUID | None, limit: int) -> Rows:
    """Mails, newest first, before a given one."""
    columns = tables.mail.c
    statement = select(tables.mail).order_by(columns.mail_id.desc()).limit(limit)
    if before:
        statement = statement.where(columns.mail_id < before)
    return (await connection.execute(statement)).all()
