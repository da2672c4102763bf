"""Addresses of calendars and what they show, in SQL."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from chassis.database import Transaction
from chassis.french import of
from planning.adapters.reservation_queries import ELEMENT_NAME
from planning.application.agenda_addresses import AgendaAddress
from planning.domain.agenda import Agenda, AgendaDay, agenda_title

_ADDRESS = """
    select address_id, family_id, member_id, salt, form_hash, secret_hash, created_at from agenda_address
    where family_id = :family_id and member_id is not distinct from cast(:member_id as uuid)
"""
_REPLACE = """
    insert into agenda_address (tenant_id, address_id, family_id, member_id, salt, form_hash, secret_hash, created_at)
    values (:tenant_id, :address_id, :family_id, :member_id, :salt, :form_hash, :secret_hash, :created_at)
    on conflict (tenant_id, family_id, member_id) do update
    set address_id = excluded.address_id, salt = excluded.salt, form_hash = excluded.form_hash,
        secret_hash = excluded.secret_hash, created_at = excluded.created_at
"""
_LIST = """
    select a.address_id, a.member_id, m.first_name, a.created_at
    from agenda_address a left join member m using (tenant_id, member_id)
    where a.family_id = :family_id
    order by m.first_name nulls first, a.address_id
"""
_OPENED = """
    select a.family_id, a.member_id, m.first_name
    from agenda_address a left join member m using (tenant_id, member_id)
    where a.secret_hash = :secret_hash
"""
_DAYS = f"""
    select r.reservation_id, r.version, greatest(r.booked_at, r.attendance_at) as changed_at, r.day, r.attendance,
           m.first_name, a.name as activity_name, {ELEMENT_NAME} as element_name,
           (select s from jsonb_array_elements(a.slots) s where s->>'code' = r.slot) as slot
    from reservation r join member m using (tenant_id, member_id) join activity a using (tenant_id, activity_id)
    where r.family_id = :family_id and r.status = 'booked' and r.day >= :from_day and r.day < :to_day
      and (cast(:member_id as uuid) is null or r.member_id = :member_id)
    order by r.day, r.reservation_id
"""  # noqa: S608 - ours


class SqlAgendaStore:
    """Implements ``AgendaStore``, and reads what addresses show, in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def now(self) -> datetime:
        """Business instant, UTC."""
        return self._transaction.now()

    async def lock_addresses(self, family_id: UUID) -> None:
        """One change of a family's addresses at a time."""
        statement = "select pg_advisory_xact_lock(hashtextextended('agenda ' || :family_id, 0))"
        await self._rows(statement, family_id=str(family_id))

    async def is_member(self, family_id: UUID, member_id: UUID) -> bool:
        """Whether the family has that member."""
        statement = "select 1 from member_family where family_id = :family_id and member_id = :member_id"
        return bool(await self._rows(statement, family_id=family_id, member_id=member_id))

    async def address(self, family_id: UUID, member_id: UUID | None) -> AgendaAddress | None:
        """The address of the family, or of one of its members."""
        rows = await self._rows(_ADDRESS, family_id=family_id, member_id=member_id)
        return AgendaAddress(**rows[0]._mapping) if rows else None

    async def replace_address(self, address: AgendaAddress) -> None:
        """Writes an address in place of the one there was."""
        values = {"tenant_id": self._transaction.tenant_id, **asdict(address)}
        await self._transaction.connection.execute(text(_REPLACE), values)

    async def revoke_address(self, family_id: UUID, address_id: UUID) -> bool:
        """Deletes an address of the family; False when there is none."""
        statement = text("delete from agenda_address where family_id = :family_id and address_id = :address_id")
        values = {"family_id": family_id, "address_id": address_id}
        return (await self._transaction.connection.execute(statement, values)).rowcount > 0

    async def addresses(self, family_id: UUID) -> Sequence[Row[Any]]:
        """The family's addresses: that of all first, then the members'."""
        return await self._rows(_LIST, family_id=family_id)

    async def opened(self, secret_hash: bytes, period: tuple[date, date], time_zone: str) -> Agenda | None:
        """What the address with that secret shows; None when no address has it."""
        found = await self._rows(_OPENED, secret_hash=secret_hash)
        if not found:
            return None
        whose = {"family_id": found[0].family_id, "member_id": found[0].member_id}
        first_name = found[0].first_name
        rows = await self._rows(_DAYS, **whose, from_day=period[0], to_day=period[1])
        name = f"Planning {of(first_name)}" if first_name else "Planning des enfants"
        return Agenda(name, time_zone, [_day(row, alone=first_name is not None) for row in rows])

    async def _rows(self, statement: str, **values: object) -> Sequence[Row[Any]]:
        return (await self._transaction.connection.execute(text(statement), values)).all()


def _day(row: Row[Any], *, alone: bool) -> AgendaDay:
    title = agenda_title(row.element_name, None if alone else row.first_name, absent=row.attendance is not None)
    hours = (
        (time.fromisoformat(row.slot["from_time"]), time.fromisoformat(row.slot["until_time"])) if row.slot else None
    )
    return AgendaDay(row.reservation_id, row.version, row.changed_at, row.day, title, row.activity_name, hours)
