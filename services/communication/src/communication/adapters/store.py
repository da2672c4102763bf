"""The communication store on PostgreSQL."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, delete, exists, func, select, text, update
from sqlalchemy.dialects.postgresql import Insert, insert

from chassis.database import Transaction
from chassis.ids import new_id
from communication.adapters import tables
from communication.application.ports import Article, Contact, Document, Mail, Message

SEND_MAILS = "send-mails"
"""The job that sends the mails that wait."""
_ADD_MAILS = text(
    """
    insert into mail (tenant_id, created_at, mail_id, about, guardian_id, recipient_name, recipient_email, subject,
                      body, html, kind, family_id, payment_id, next_attempt_at)
    select :tenant_id, :now, id, about, guardian, name, email, subject, body, html, kind, family, payment,
        coalesce(leaves_at, now()) from unnest(
        cast(:ids as uuid[]), cast(:abouts as uuid[]), cast(:guardians as uuid[]), cast(:names as text[]),
        cast(:emails as text[]), cast(:subjects as text[]), cast(:bodies as text[]),
        cast(:htmls as text[]), cast(:kinds as text[]), cast(:families as uuid[]), cast(:payments as uuid[]),
        cast(:leaves as timestamptz[])
    ) as m (id, about, guardian, name, email, subject, body, html, kind, family, payment, leaves_at)
    on conflict do nothing
    """
)
_DETAILS = ("first_name", "last_name", "email")
_GUARDIAN_KEY = ("tenant_id", "family_id", "guardian_id")


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

    async def keep_family(self, family_id: UUID, name: str, contacts: Sequence[Contact], version: int) -> None:
        """Keeps a family's name and who its guardians are, unless a newer file is known."""
        values = {**self._tenant, "family_id": family_id, "name": name, "version": version}
        statement = insert(tables.family).values(values)
        newer = await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "family_id"], set_=values, where=tables.family.c.version < version
            )
        )
        if newer.rowcount:
            columns, listed = tables.guardian.c, [contact.guardian_id for contact in contacts]
            await self._connection.execute(
                update(tables.guardian)
                .where(columns.family_id == family_id, columns.guardian_id.not_in(listed), columns.version < version)
                .values(in_family=False, version=version)
            )
            await self._keep_listed(contacts, version)

    async def _keep_listed(self, contacts: Sequence[Contact], version: int) -> None:
        """In the family from now on; name and address as in the file, unless the guardian's own event is newer."""
        if not contacts:
            return
        statement = self._insert_contacts(contacts, version)
        known, told = tables.guardian.c, statement.excluded
        newest = {name: case((known.version < version, told[name]), else_=known[name]) for name in _DETAILS}
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=_GUARDIAN_KEY,
                set_={**newest, "in_family": True, "version": func.greatest(known.version, version)},
            )
        )

    async def keep_contact(self, contact: Contact, version: int) -> None:
        """Keeps a guardian's details, perhaps before the family's file is known; its version is the family's."""
        family = tables.family.c
        if await self._connection.scalar(
            select(exists().where(family.family_id == contact.family_id, family.version > version))
        ):
            return
        statement = self._insert_contacts([contact], version)
        changed = {name: statement.excluded[name] for name in (*_DETAILS, "version")}
        await self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=_GUARDIAN_KEY, set_=changed, where=tables.guardian.c.version <= version
            )
        )

    def _insert_contacts(self, contacts: Sequence[Contact], version: int) -> Insert:
        rows = [{**self._tenant, **asdict(contact), "in_family": True, "version": version} for contact in contacts]
        return insert(tables.guardian).values(rows)

    async def known_families(self, family_ids: Collection[UUID]) -> set[UUID]:
        """Those of them that the commune has."""
        statement = text("select family_id from family where family_id = any(:ids)")
        return set(await self._connection.scalars(statement, {"ids": [*family_ids]}))

    async def contacts_of(self, family_ids: Collection[UUID]) -> list[Contact]:
        """Guardians of families."""
        statement = text(
            "select guardian_id, family_id, first_name, last_name, email from guardian"
            " where family_id = any(:ids) and in_family"
        )
        return [Contact(*row) for row in await self._connection.execute(statement, {"ids": [*family_ids]})]

    async def add_mails(self, mails: Sequence[Mail], now: datetime) -> None:
        """Queues mails; a second one to a guardian about the same thing is ignored."""
        if not mails:
            return
        await self._connection.execute(
            _ADD_MAILS,
            {
                **self._tenant,
                "now": now,
                "ids": [new_id() for _ in mails],
                "abouts": [mail.about for mail in mails],
                "guardians": [mail.recipient.guardian_id for mail in mails],
                "names": [f"{mail.recipient.first_name} {mail.recipient.last_name}" for mail in mails],
                "emails": [mail.recipient.email for mail in mails],
                "subjects": [mail.text.subject for mail in mails],
                "bodies": [mail.text.body for mail in mails],
                "htmls": [mail.text.html for mail in mails],
                "kinds": [mail.payment.kind if mail.payment else "notice" for mail in mails],
                "families": [mail.payment.family_id if mail.payment else None for mail in mails],
                "payments": [mail.payment.payment_id if mail.payment else None for mail in mails],
                "leaves": [mail.payment.leaves_at if mail.payment else None for mail in mails],
            },
        )
        self._transaction.wake(SEND_MAILS)
