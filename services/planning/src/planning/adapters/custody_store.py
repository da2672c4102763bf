"""Custodies in SQL."""

import json
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from planning.adapters.custody_rows import CUSTODY, HOMES_ARE_THERE, read_custody
from planning.adapters.reservation_queries import ELEMENT_NAME
from planning.adapters.writing_store import SqlWritingStore
from planning.application.share_member import BookedDay, Home, SharedMember
from planning.domain.custody import Custody

_SHARED = f"""
    select m.member_id, m.first_name,
        (select array_agg((f.family_id, f.name) order by f.name, f.family_id)
         from member_family h join family f using (tenant_id, family_id)
         where (h.tenant_id, h.member_id) = (m.tenant_id, m.member_id)) as homes,
        (select {CUSTODY} from custody c
         where (c.tenant_id, c.member_id) = (m.tenant_id, m.member_id) and {HOMES_ARE_THERE}) as custody,
        (select array_agg((r.family_id, r.day, {ELEMENT_NAME}) order by r.day, r.slot)
         from reservation r join activity a using (tenant_id, activity_id)
         where (r.tenant_id, r.member_id) = (m.tenant_id, m.member_id) and r.status = 'booked' and r.day >= $2)
        as booked
    from member_family own join member m using (tenant_id, member_id)
    where own.family_id = $1
      and exists (select from member_family other
                  where (other.tenant_id, other.member_id) = (m.tenant_id, m.member_id)
                    and other.family_id <> own.family_id)
    order by m.first_name, m.member_id
"""  # noqa: S608 - ours
_FAMILIES = "select family_id from member_family where member_id = :member_id"
_WRITE = """
    insert into custody (tenant_id, member_id, homes, even_weeks, changes_on, first_halves, dates, changed_at)
    values (:tenant_id, :member_id, :homes, :even_weeks, :changes_on, :first_halves, cast(:dates as jsonb), :changed_at)
    on conflict (tenant_id, member_id) do update
    set homes = excluded.homes, even_weeks = excluded.even_weeks, changes_on = excluded.changes_on,
        first_halves = excluded.first_halves, dates = excluded.dates, changed_at = excluded.changed_at
"""


class SqlCustodyStore(SqlWritingStore):
    """See ``application.share_member.CustodyStore``; and what the town hall reads."""

    async def shared_members(self, family_id: UUID, today: date) -> list[SharedMember]:
        """The family's children who have another home too."""
        return [
            SharedMember(
                row["member_id"],
                row["first_name"],
                [Home(*home) for home in row["homes"]],
                read_custody(row["custody"]) if row["custody"] else None,
                [BookedDay(*booked) for booked in row["booked"] or ()],
            )
            for row in await self.transaction.ask(_SHARED, family_id, today)
        ]

    async def families_of(self, member_id: UUID) -> Sequence[UUID]:
        """The families in whose file the member is."""
        return [row.family_id for row in await self.run(_FAMILIES, member_id=member_id)]

    async def write_custody(self, member_id: UUID, custody: Custody | None) -> None:
        """Replaces or forgets a custody."""
        if custody is None:
            await self.run("delete from custody where member_id = :member_id", member_id=member_id)
            return
        dates = [
            {"from": period.from_day.isoformat(), "to": period.to_day.isoformat(), "home": str(period.home)}
            for period in custody.dates
        ]
        await self.run(
            _WRITE,
            member_id=member_id,
            homes=list(custody.homes),
            even_weeks=custody.even_weeks,
            changes_on=custody.changes_on,
            first_halves=custody.first_halves,
            dates=json.dumps(dates),
            changed_at=self.now(),
        )
