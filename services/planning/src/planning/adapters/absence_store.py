"""Absences in SQL, in one transaction."""

import json
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from chassis.ids import new_id
from contracts.events.planning import ReservationState
from contracts.values import AttendanceState
from planning.adapters.absence_document_store import SqlAbsenceDocumentStore
from planning.adapters.absence_queries import LISTED
from planning.adapters.documents import absences_document
from planning.adapters.reservation_queries import ELEMENT_NAME
from planning.application.absence_ports import KnownAbsence
from planning.domain.absence_policy import AbsencePolicy, AbsenceReason
from planning.domain.absences import AbsenceWish, Decision
from planning.domain.slots import MemberSlot

_SET_POLICY = """
    update activity_calendar set absence_policy = cast(:policy as jsonb) where activity_id = :activity_id
"""
_ANNOUNCE = """
    insert into absence (tenant_id, absence_id, announcement_id, reservation_id, family_id, reason, on_paper, sentence,
                         announced_at)
    select :tenant_id, absence_id, :announcement_id, reservation_id, :family_id, :reason, :on_paper, sentence,
           :announced_at
    from unnest(cast(:ids as uuid[]), cast(:reservations as uuid[]), cast(:sentences as text[]))
        as a (absence_id, reservation_id, sentence)
"""
_DECIDE = f"""
    with decided as (
        select * from unnest(cast(:reservations as uuid[]), cast(:states as text[]), cast(:billed as boolean[]),
                             cast(:sentences as text[])) as d (reservation_id, attendance, billed, sentence)
    ), r as (
        update reservation r
        set version = r.version + 1, attendance = d.attendance, billed = d.billed,
            attendance_at = cast(:decided_at as timestamptz)
        from decided d
        where r.reservation_id = d.reservation_id and r.status = 'booked'
        returning r.*
    ), said as (
        update absence a set sentence = d.sentence from decided d where a.reservation_id = d.reservation_id
    )
    select r.*, {ELEMENT_NAME} as element_name from r join activity a using (tenant_id, activity_id)
    order by r.day, r.reservation_id
"""  # noqa: S608 - ours
_ABSENCE = f"""
    select b.absence_id, b.reservation_id, b.family_id, r.member_id, m.first_name, r.activity_id, r.day, r.slot,
           r.attendance, coalesce({LISTED}, false) as came
    from absence b join reservation r using (tenant_id, reservation_id) join member m using (tenant_id, member_id)
    where b.absence_id = :absence_id and r.status = 'booked'
"""  # noqa: S608 - ours
_REASONS = "select reservation_id, reason from absence where reservation_id = any(cast(:ids as uuid[]))"


class SqlAbsenceStore(SqlAbsenceDocumentStore):
    """Implements ``AbsenceStore``."""

    async def set_policy(self, activity_id: UUID, policy: AbsencePolicy) -> None:
        """See the port."""
        await self.run(_SET_POLICY, activity_id=activity_id, policy=json.dumps(absences_document(policy)))

    async def reasons(self, reservation_ids: Collection[UUID]) -> Mapping[UUID, AbsenceReason]:
        """See the port."""
        rows = await self.run(_REASONS, ids=list(reservation_ids)) if reservation_ids else []
        return {row.reservation_id: AbsenceReason(row.reason) for row in rows}

    async def announce(self, family_id: UUID, wish: AbsenceWish, decided: Mapping[UUID, Decision]) -> UUID:
        """See the port."""
        announcement_id = new_id()
        await self.run(
            _ANNOUNCE,
            announcement_id=announcement_id,
            family_id=family_id,
            reason=wish.reason,
            on_paper=wish.on_paper,
            announced_at=self.now(),
            ids=[new_id() for _ in decided],
            reservations=list(decided),
            sentences=[each.sentence for each in decided.values()],
        )
        return announcement_id

    async def absence(self, absence_id: UUID) -> KnownAbsence | None:
        """See the port."""
        for row in await self.run(_ABSENCE, absence_id=absence_id):
            return KnownAbsence(
                absence_id=row.absence_id,
                reservation_id=row.reservation_id,
                family_id=row.family_id,
                what=MemberSlot(row.member_id, row.activity_id, row.day, row.slot),
                first_name=row.first_name,
                state=AttendanceState(row.attendance),
                came=row.came,
            )
        return None

    async def decide(self, decided: Mapping[UUID, Decision]) -> Sequence[ReservationState]:
        """See the port."""
        rows = await self.run(
            _DECIDE,
            decided_at=self.now(),
            reservations=list(decided),
            states=[each.state for each in decided.values()],
            billed=[each.billed for each in decided.values()],
            sentences=[each.sentence for each in decided.values()],
        )
        return [ReservationState.model_validate({**row._mapping}) for row in rows]
