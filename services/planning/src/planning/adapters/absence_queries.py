"""Lists of absences, for families and for the town hall."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from chassis.database import Transaction
from contracts.values import AttendanceState
from planning.adapters.reservation_queries import ELEMENT_NAME

_MOST = 1000
_LISTED = f"""
    select b.absence_id, b.family_id, r.member_id, m.first_name, m.last_name, f.name as family_name, r.activity_id,
           a.name as activity_name, {ELEMENT_NAME} as element_name, r.day, r.slot, b.reason, b.document_reference,
           r.attendance as state, r.billed, b.sentence, b.announced_at
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


async def absences(
    transaction: Transaction,
    period: tuple[date, date],
    *,
    family_id: UUID | None = None,
    state: AttendanceState | None = None,
) -> Sequence[Row[Any]]:
    """Absences of booked days of a half-open period, by day; at most a thousand. A cancelled day has none any more."""
    values = {"from_day": period[0], "to_day": period[1], "family_id": family_id, "state": state}
    return (await transaction.connection.execute(text(_LISTED), values)).all()
