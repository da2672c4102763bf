"""What the list of the day adds to bills, in SQL, in one transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from contracts.values import ReservationStatus
from planning.adapters.custody_rows import CUSTODY, HOMES_ARE_THERE, read_custody
from planning.adapters.writing_store import SqlWritingStore
from planning.application.charge_presences import Presence, PresenceCharge
from planning.domain.custody import Custody
from planning.domain.slots import MemberSlot
from planning.domain.supplements import SupplementKind

_SEEN = """
    with marked as (
        select distinct on (member_id, activity_id, day, slot)
               tenant_id, member_id, activity_id, day, slot, present, late_minutes
        from presence_mark where day >= :from_day and day < :until
        order by member_id, activity_id, day, slot, marked_at desc, mark_id desc
    ),
    listed as (
        select k.*, r.reservation_id is not null as booked, r.family_id, r.tariff_label, r.unit_price_cents,
               r.attendance, coalesce(not r.billed, false) as excused
        from marked k
        left join reservation r
            on (r.tenant_id, r.member_id, r.activity_id, r.day, r.slot)
                = (k.tenant_id, k.member_id, k.activity_id, k.day, k.slot)
            and r.status = 'booked'
    )
    select member_id, activity_id, day, slot, family_id, tariff_label, unit_price_cents, booked, excused, present,
           late_minutes, null as adhesion_id
    from listed where booked and (late_minutes > 0 or excused and present or not present and attendance is null)
    union all
    select k.member_id, k.activity_id, k.day, k.slot, e.family_id, p.tariff_label,
           coalesce((p.slot_prices ->> k.slot)::int, p.unit_price_cents), k.booked, k.excused, k.present,
           k.late_minutes, e.adhesion_id
    from listed k
    join entitlement e
        on (e.tenant_id, e.member_id, e.activity_id) = (k.tenant_id, k.member_id, k.activity_id)
        and e.valid_from <= k.day and k.day < e.valid_until
    cross join lateral (
        select * from entitlement_price p
        where (p.tenant_id, p.adhesion_id) = (e.tenant_id, e.adhesion_id) and p.effective_from <= k.day
        order by p.sequence desc limit 1
    ) as p
    where k.present and not k.booked
    order by day, member_id, activity_id, slot, adhesion_id
"""
_CHARGES = """
    select charge_id, version, family_id, member_id, activity_id, day, slot, kind, words, regie_id, tariff_label,
           unit_price_cents, status
    from presence_charge where day >= :from_day and day < :until and status = 'booked'
    order by day, charge_id
"""
_KEEP = """
    insert into presence_charge (tenant_id, charge_id, version, family_id, member_id, activity_id, regie_id, day, slot,
                                 kind, words, tariff_label, unit_price_cents, status, changed_at)
    select :tenant_id, c.*, cast(:now as timestamptz)
    from unnest(cast(:ids as uuid[]), cast(:versions as int[]), cast(:families as uuid[]), cast(:members as uuid[]),
                cast(:activities as uuid[]), cast(:regies as uuid[]), cast(:days as date[]), cast(:slots as text[]),
                cast(:kinds as text[]), cast(:words as text[]), cast(:labels as text[]), cast(:cents as int[]),
                cast(:statuses as text[])) as c
    on conflict (tenant_id, charge_id) do update
    set version = excluded.version, status = excluded.status, changed_at = excluded.changed_at
"""


class SqlPresenceChargeStore(SqlWritingStore):
    """Implements ``PresenceChargeStore``."""

    async def seen(self, from_day: date, until: date) -> Sequence[Presence]:
        """See the port."""
        return [
            Presence(
                MemberSlot(row.member_id, row.activity_id, row.day, row.slot),
                row.family_id,
                row.tariff_label,
                row.unit_price_cents,
                row.booked,
                row.excused,
                row.present,
                row.late_minutes,
            )
            for row in await self.run(_SEEN, from_day=from_day, until=until)
        ]

    async def custodies(self, member_ids: Collection[UUID]) -> Mapping[UUID, Custody]:
        """See the port."""
        statement = f"select {CUSTODY} as c from custody c where member_id = any($1::uuid[]) and {HOMES_ARE_THERE}"  # noqa: S608
        rows = await self.transaction.ask(statement, list(member_ids)) if member_ids else []
        return {row["c"][0]: read_custody(row["c"]) for row in rows}

    async def charges(self, from_day: date, until: date) -> Sequence[PresenceCharge]:
        """See the port."""
        return [
            PresenceCharge(
                charge_id=row.charge_id,
                version=row.version,
                family_id=row.family_id,
                what=MemberSlot(row.member_id, row.activity_id, row.day, row.slot),
                kind=SupplementKind(row.kind),
                words=row.words,
                regie_id=row.regie_id,
                tariff_label=row.tariff_label,
                unit_price_cents=row.unit_price_cents,
                status=ReservationStatus(row.status),
            )
            for row in await self.run(_CHARGES, from_day=from_day, until=until)
        ]

    async def keep(self, charges: Sequence[PresenceCharge]) -> None:
        """See the port."""
        await self.run(
            _KEEP,
            now=self.now(),
            ids=[charge.charge_id for charge in charges],
            versions=[charge.version for charge in charges],
            families=[charge.family_id for charge in charges],
            members=[charge.what.member_id for charge in charges],
            activities=[charge.what.activity_id for charge in charges],
            regies=[charge.regie_id for charge in charges],
            days=[charge.what.day for charge in charges],
            slots=[charge.what.slot for charge in charges],
            kinds=[charge.kind for charge in charges],
            words=[charge.words for charge in charges],
            labels=[charge.tariff_label for charge in charges],
            cents=[charge.unit_price_cents for charge in charges],
            statuses=[charge.status for charge in charges],
        )
