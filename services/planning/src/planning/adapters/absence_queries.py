"""Lists of absences, for families and for the town hall."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from chassis.database import Transaction
from contracts.values import AttendanceState
from planning.adapters.reservation_queries import ELEMENT_NAME

_MOST = 1000
LISTED = """(
    select k.present from presence_mark k
    where (k.tenant_id, k.activity_id, k.day, k.slot, k.member_id)
        = (r.tenant_id, r.activity_id, r.day, r.slot, r.member_id)
    order by k.marked_at desc, k.mark_id desc limit 1
)"""
"""Whether the list of the day says that the member of a reservation ``r`` was there, in SQL; null: it does not say."""

_ABSENCES = f"""
    select b.absence_id, b.announcement_id, b.family_id, r.member_id, m.first_name, m.last_name,
           f.name as family_name, r.activity_id, a.name as activity_name, {ELEMENT_NAME} as element_name, r.day, r.slot,
           b.reason, b.on_paper, r.attendance as state, r.billed, b.sentence, b.announced_at, {LISTED} as present
    from absence b
    join reservation r using (tenant_id, reservation_id)
    join member m using (tenant_id, member_id)
    join activity a using (tenant_id, activity_id)
    left join family f on (f.tenant_id, f.family_id) = (b.tenant_id, b.family_id)
    where r.status = 'booked' and r.day >= :from_day and r.day < :to_day
      and (cast(:family_id as uuid) is null or b.family_id = :family_id)
      and (cast(:state as text) is null or r.attendance = :state)
    order by r.day, m.last_name, m.first_name, b.absence_id
    limit {_MOST}
"""  # noqa: S608 - ours
_DOCUMENTS = """
    select announcement_id, document_id, file_name, media_type, size_bytes, sent_at
    from absence_document where announcement_id = any(:announcement_ids)
    order by sent_at, document_id
"""


async def absences(
    transaction: Transaction,
    period: tuple[date, date],
    *,
    family_id: UUID | None = None,
    state: AttendanceState | None = None,
) -> list[dict[str, Any]]:
    """Absences of booked days of a half-open period, by day; at most a thousand. A cancelled day has none any more.

    Each with what the list of the day says (``present``), and with what is told of the ``documents`` joined to its
    announcement.
    """
    values = {"from_day": period[0], "to_day": period[1], "family_id": family_id, "state": state}
    rows = (await transaction.connection.execute(text(_ABSENCES), values)).all()
    joined = await documents(transaction, {row.announcement_id for row in rows})
    return [{**row._mapping, "documents": joined.get(row.announcement_id, [])} for row in rows]


async def documents(transaction: Transaction, announcement_ids: Collection[UUID]) -> dict[UUID, list[Row[Any]]]:
    """What is told of the documents of announcements, by announcement, in the order in which they were sent."""
    values = {"announcement_ids": list(announcement_ids)}
    rows = (await transaction.connection.execute(text(_DOCUMENTS), values)).all()
    return {
        announcement_id: [row for row in rows if row.announcement_id == announcement_id]
        for announcement_id in {row.announcement_id for row in rows}
    }
