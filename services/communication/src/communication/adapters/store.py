"""The communication store on PostgreSQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from chassis.ids import new_id
from chassis.projections import keep_if_newer
from communication.adapters import tables
from communication.application.ports import Article, Contact, Document, Message, WaitingMail
from communication.domain.mails import MailText

SEND_MAILS = "send-mails"
"""The job that sends the mails that wait."""


class SqlCommunicationStore:
    """Implements ``CommunicationStore`` in one transaction of one commune."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection
        self._tenant = {"tenant_id": transaction.tenant_id}

    async def put_home(self, article: Article) -> None:
        """Upserts the welcome text."""
        values = {**self._tenant, **asdict(article)}
        statement = insert(tables.home_page).values(values)
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["tenant_id"], set_=values))

    async def add_news(self, news_id: UUID, article: Article) -> None:
        """Adds a news item."""
        await self._connection.execute(
            insert(tables.news).values({**self._tenant, "news_id": news_id, **asdict(article)})
        )

    async def change_news(self, news_id: UUID, title: str, body: str) -> bool:
        """Changes a news item; False when there is none."""
        statement = update(tables.news).where(tables.news.c.news_id == news_id).values(title=title, body=body)
        return (await self._connection.execute(statement)).rowcount == 1

    async def delete_news(self, news_id: UUID) -> bool:
        """Deletes a news item; False when there is none."""
        statement = delete(tables.news).where(tables.news.c.news_id == news_id)
        return (await self._connection.execute(statement)).rowcount == 1

    async def add_document(self, document: Document) -> None:
        """Stores a file."""
        await self._connection.execute(insert(tables.document).values({**self._tenant, **asdict(document)}))

    async def delete_document(self, document_id: UUID) -> bool:
        """Deletes a file; False when there is none."""
        statement = delete(tables.document).where(tables.document.c.document_id == document_id)
        return (await self._connection.execute(statement)).rowcount == 1

    async def add_message(self, message: Message) -> None:
        """Adds a message."""
        await self._connection.execute(insert(tables.message).values({**self._tenant, **asdict(message)}))

    async def family_exists(self, family_id: UUID) -> bool:
        """Whether the commune has this family."""
        known = await self._connection.scalar(select(exists().where(tables.family.c.family_id == family_id)))
        return bool(known)

    async def keep_family(self, family_id: UUID, name: str, version: int) -> None:
        """Keeps a family's name unless a newer one is known."""
        key, facts = {"family_id": family_id}, {"name": name}
        await keep_if_newer(self._transaction, "family", key=key, version=version, facts=facts)

    async def keep_contacts(self, contacts: Sequence[Contact], version: int) -> None:
        """Keeps guardians unless newer descriptions are known."""
        if not contacts:
            return
        statement = insert(tables.guardian).values(
            [{**self._tenant, **asdict(contact), "version": version} for contact in contacts]
        )
        changed = {
            name: statement.excluded[name] for name in ("family_id", "first_name", "last_name", "email", "version")
        }
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "guardian_id"],
                set_=changed,
                where=tables.guardian.c.version < statement.excluded.version,
            )
        )

    async def contacts_of(self, family_id: UUID) -> list[Contact]:
        """Guardians of a family."""
        columns = tables.guardian.c
        rows = await self._connection.execute(
            select(columns.guardian_id, columns.family_id, columns.first_name, columns.last_name, columns.email).where(
                columns.family_id == family_id
            )
        )
        return [Contact(*row) for row in rows]

    async def add_mails(self, about: UUID, recipients: Sequence[Contact], text: MailText, now: datetime) -> None:
        """Queues one mail per guardian; a second one about the same thing is ignored."""
        if not recipients:
            return
        rows = [
            {
                **self._tenant,
                "mail_id": new_id(),
                "about": about,
                "guardian_id": contact.guardian_id,
                "recipient_name": f"{contact.first_name} {contact.last_name}",
                "recipient_email": contact.email,
                "subject": text.subject,
                "body": text.body,
                "created_at": now,
            }
            for contact in recipients
        ]
        await self._connection.execute(insert(tables.mail).values(rows).on_conflict_do_nothing())
        self._transaction.wake(SEND_MAILS)

    async def lock_due_mail(self, real_now: datetime) -> WaitingMail | None:
        """The oldest mail that is due, its row locked."""
        columns = tables.mail.c
        statement = (
            select(columns.mail_id, columns.recipient_email, columns.subject, columns.body, columns.attempts)
            .where(columns.state == "waiting", columns.next_attempt_at <= real_now)
            .order_by(columns.mail_id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = (await self._connection.execute(statement)).one_or_none()
        return WaitingMail(*row) if row else None

    async def set_mail_sent(self, mail_id: UUID, now: datetime) -> None:
        """The mail server took it."""
        await self._change_mail(mail_id, state="sent", sent_at=now)

    async def set_mail_failed(self, mail_id: UUID) -> None:
        """It is not tried again."""
        await self._change_mail(mail_id, state="failed")

    async def put_mail_off(self, mail_id: UUID, until: datetime) -> None:
        """It is tried again later."""
        await self._change_mail(mail_id, next_attempt_at=until)

    async def _change_mail(self, mail_id: UUID, **values: object) -> None:
        columns = tables.mail.c
        await self._connection.execute(
            update(tables.mail).where(columns.mail_id == mail_id).values(attempts=columns.attempts + 1, **values)
        )
