"""Bookings cancelled by the town hall, in SQL, in one transaction."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from planning.adapters.offer_store import SqlOfferStore
from planning.adapters.waiting_store import GIVE_PLACES
from planning.domain.slots import DaySlot, MemberSlot
from planning.domain.withdrawal import Held, WaitedDay

_LOCK_BOOKED = """
    select r.*, coalesce(m.first_name, '') as first_name, m.school
    from reservation r left join member m using (tenant_id, member_id)
    where r.status = 'booked' and {which}
    order by r.reservation_id
    for update of r
"""
_CANCEL = """
    update reservation set status = 'cancelled', cancelled_at = cast(:now as timestamptz), version = version + 1
    where reservation_id = any(cast(:ids as uuid[]))
"""
_FORGET_DRAFTED = """
    delete from draft_line d using reservation r
    where r.reservation_id = any(cast(:ids as uuid[])) and d.action = 'cancel'
      and (d.family_id, d.member_id, d.activity_id, d.day, d.slot)
        = (r.family_id, r.member_id, r.activity_id, r.day, r.slot)
"""
_WAITED = """
    select w.waiting_id, w.family_id, m.first_name, w.day, w.slot, m.school
    from waiting w join member m using (tenant_id, member_id)
    where w.activity_id = :activity_id and w.day = any(cast(:days as date[]))
"""


class SqlWithdrawalStore(SqlOfferStore):
    """Implements ``WithdrawalStore``."""

    async def lock_booked(self, activity_id: UUID, days: Sequence[date]) -> Sequence[Held]:
        """See the port."""
        which = "r.activity_id = :activity_id and r.day = any(cast(:days as date[]))"
        return await self.lock_held(which, activity_id=activity_id, days=list(days))

    async def lock_held(self, which: str, **values: object) -> Sequence[Held]:
        """The reservations in force of a condition, locked in one order."""
        return [
            Held(
                reservation_id=row.reservation_id,
                version=row.version,
                family_id=row.family_id,
                what=MemberSlot(row.member_id, row.activity_id, row.day, row.slot),
                first_name=row.first_name,
                regie_id=row.regie_id,
                tariff_label=row.tariff_label,
                unit_price_cents=row.unit_price_cents,
                counters=tuple(row.counters),
                school=row.school,
            )
            for row in await self.run(_LOCK_BOOKED.format(which=which), **values)
        ]

    async def waited_for(self, activity_id: UUID, days: Sequence[date]) -> Sequence[WaitedDay]:
        """See the port."""
        rows = await self.run(_WAITED, activity_id=activity_id, days=list(days))
        return [
            WaitedDay(row.waiting_id, row.family_id, row.first_name, DaySlot(row.day, row.slot), row.school)
            for row in rows
        ]

    async def stop_waiting(self, waited: Sequence[WaitedDay]) -> None:
        """See the port."""
        ids = [each.waiting_id for each in waited]
        await self.run("delete from waiting where waiting_id = any(cast(:ids as uuid[]))", ids=ids)

    async def cancel(self, held: Sequence[Held]) -> None:
        """See the port."""
        ids = [each.reservation_id for each in held]
        await self.run(_CANCEL, ids=ids, now=self.now())
        await self.run(_FORGET_DRAFTED, ids=ids)
        self.transaction.wake(GIVE_PLACES)
