"""Documents of absences in SQL: sealed before they are written, each for its commune and itself alone."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from chassis.database import Transaction
from chassis.ids import new_id
from chassis.secrets import SecretBox
from planning.adapters.commune_calendars import CalendarCache
from planning.adapters.writing_store import SqlWritingStore
from planning.application.absence_ports import Announcement
from planning.domain.absence_documents import AbsenceDocument
from planning.domain.slots import MemberSlot

_ANNOUNCEMENT = """
    select r.member_id, r.activity_id, r.day, r.slot,
           r.status = 'booked' and r.attendance = 'absence_announced' as waits,
           (select count(*) from absence_document where announcement_id = :announcement_id) as documents
    from absence b join reservation r using (tenant_id, reservation_id)
    where b.announcement_id = :announcement_id and b.family_id = :family_id
    order by r.day, r.slot
"""
_WITH = "select announcement_id from absence_document where document_id = :document_id and family_id = :family_id"
_KEEP = """
    insert into absence_document (tenant_id, document_id, announcement_id, family_id, file_name, media_type, size_bytes,
                                  sealed, sent_at)
    values (:tenant_id, :document_id, :announcement_id, :family_id, :file_name, :media_type, :size_bytes, :sealed,
            :sent_at)
"""
_READ = """
    select file_name, media_type, sealed from absence_document
    where document_id = :document_id and (cast(:family_id as uuid) is null or family_id = :family_id)
"""
_FORGET = """
    delete from absence_document d
    where not exists (
        select from absence b join reservation r using (tenant_id, reservation_id)
        where b.announcement_id = d.announcement_id and r.status = 'booked' and r.day >= :oldest_day
          and (r.attendance = 'absence_announced' or r.attendance_at > :decided_since)
    )
    returning document_id
"""


class SqlAbsenceDocumentStore(SqlWritingStore):
    """The part of ``AbsenceStore`` that is about documents. No content leaves or enters PostgreSQL unsealed."""

    def __init__(self, transaction: Transaction, calendars: CalendarCache, secrets: SecretBox) -> None:
        super().__init__(transaction, calendars)
        self._secrets = secrets

    async def announcement(self, family_id: UUID, announcement_id: UUID) -> Announcement | None:
        """See the port."""
        rows = await self.run(_ANNOUNCEMENT, family_id=family_id, announcement_id=announcement_id)
        if not rows:
            return None
        waiting = tuple(MemberSlot(row.member_id, row.activity_id, row.day, row.slot) for row in rows if row.waits)
        return Announcement(rows[0].member_id, waiting, rows[0].documents)

    async def announcement_with(self, family_id: UUID, document_id: UUID) -> UUID | None:
        """See the port."""
        rows = await self.run(_WITH, family_id=family_id, document_id=document_id)
        return rows[0].announcement_id if rows else None

    async def keep_documents(
        self, family_id: UUID, announcement_id: UUID, documents: Sequence[AbsenceDocument]
    ) -> None:
        """See the port."""
        for document in documents:
            document_id = new_id()
            await self.run(
                _KEEP,
                document_id=document_id,
                announcement_id=announcement_id,
                family_id=family_id,
                file_name=document.file_name,
                media_type=document.media_type,
                size_bytes=len(document.content),
                sealed=self._secrets.seal(document.content, purpose=self._purpose(document_id)),
                sent_at=self.now(),
            )

    async def document(self, document_id: UUID, family_id: UUID | None = None) -> AbsenceDocument | None:
        """One, with its content; of this family, if one is given. Raises ``UnreadableSecretError``."""
        for row in await self.run(_READ, document_id=document_id, family_id=family_id):
            content = self._secrets.open(row.sealed, purpose=self._purpose(document_id))
            return AbsenceDocument(row.file_name, row.media_type, content)
        return None

    async def remove_document(self, document_id: UUID) -> bool:
        """See the port."""
        statement = "delete from absence_document where document_id = :document_id returning document_id"
        return bool(await self.run(statement, document_id=document_id))

    async def forget_documents(self, *, oldest_day: date, decided_since: datetime) -> int:
        """Deletes those of which no day, from ``oldest_day`` on, still waits or was decided since. Returns how many."""
        return len(await self.run(_FORGET, oldest_day=oldest_day, decided_since=decided_since))

    async def reseal_documents(self) -> int:
        """Seals each of the commune's documents anew, under the present key. Returns how many."""
        known = await self.run("select document_id from absence_document order by document_id for update")
        for each in known:
            await self._reseal(each.document_id)
        return len(known)

    async def _reseal(self, document_id: UUID) -> None:
        document = await self.document(document_id)
        if document is not None:
            sealed = self._secrets.seal(document.content, purpose=self._purpose(document_id))
            statement = "update absence_document set sealed = :sealed where document_id = :document_id"
            await self.run(statement, document_id=document_id, sealed=sealed)

    def _purpose(self, document_id: UUID) -> str:
        return f"absence-document/{self.tenant_id}/{document_id}"
