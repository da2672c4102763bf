"""Families, guardians and members in SQL."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from chassis.errors import NotFoundError
from contracts.values import Diet, MemberKind
from enrolment.adapters.sql import SqlPart, as_json
from enrolment.domain.family import Address, Family, Guardian, GuardianElsewhereError, Member

_MEMBERS_OF = """
    select m.member_id, m.kind, m.first_name, m.last_name, m.birth_date, m.school, m.diet, m.missing
    from member_family l join member m using (tenant_id, member_id)
    where l.family_id = :family_id order by l.position, m.member_id
"""

_WRITE_GUARDIANS = """
    insert into guardian (tenant_id, guardian_id, family_id, position, first_name, last_name, email, phone)
    select :tenant_id, row.guardian_id, :family_id, row.position, row.first_name, row.last_name,
           row.email, row.phone
    from jsonb_to_recordset(cast(:rows as jsonb)) as row
        (guardian_id uuid, position int, first_name text, last_name text, email text, phone text)
    on conflict (tenant_id, guardian_id) do update
    set position = excluded.position, first_name = excluded.first_name, last_name = excluded.last_name,
        email = excluded.email, phone = excluded.phone
    where guardian.family_id = excluded.family_id
"""


class SqlFamilies(SqlPart):
    """See ``application.ports.Families``."""

    async def open_family(self, family: Family) -> tuple[Family, int]:
        """Creates the file when absent, locks it, reads it."""
        await self._run(
            "insert into family"
            " (tenant_id, family_id, name, address_line, postal_code, city, quotient_familial, version)"
            " values (:tenant_id, :family_id, :name, :line, :postal_code, :city, :quotient_familial, 0)"
            " on conflict do nothing",
            **_file_values(family),
            quotient_familial=family.quotient_familial,
        )
        return await self.lock_family(family.family_id)

    async def lock_quotients(self, family_ids: Collection[UUID]) -> dict[UUID, int | None]:
        """Locks files, always in the order of their ids, and reads their quotient familial."""
        rows = await self._run(
            "select family_id, quotient_familial from family where family_id = any(:ids)"
            " order by family_id for no key update",
            ids=[*family_ids],
        )
        return {row.family_id: row.quotient_familial for row in rows}

    async def lock_family(self, family_id: UUID) -> tuple[Family, int]:
        """Locks a file and reads it."""
        # "no key update" serialises writers without blocking the foreign keys that point at the family.
        locked = await self._run("select * from family where family_id = :id for no key update", id=family_id)
        row = locked.one_or_none()
        if row is None:
            raise NotFoundError
        guardians = await self._run(
            "select guardian_id, first_name, last_name, email, phone from guardian"
            " where family_id = :id order by position",
            id=family_id,
        )
        members = await self._run(_MEMBERS_OF, family_id=family_id)
        return to_family(row, guardians.all(), members.all()), row.version

    async def write_file(self, family: Family) -> int:
        """Stores name, address and guardians."""
        written = await self._run(
            "update family set name = :name, address_line = :line, postal_code = :postal_code, city = :city,"
            " missing = :missing, version = version + 1 where family_id = :family_id returning version",
            **_file_values(family),
            missing=list(family.missing),
        )
        await self._write_guardians(family)
        version: int = written.scalar_one()
        return version

    async def _write_guardians(self, family: Family) -> None:
        guardian_ids = [guardian.guardian_id for guardian in family.guardians]
        await self._run(
            "delete from guardian where family_id = :family_id and not guardian_id = any(:guardian_ids)",
            family_id=family.family_id,
            guardian_ids=guardian_ids,
        )
        rows = [
            {
                "guardian_id": guardian.guardian_id,
                "position": position,
                "first_name": guardian.first_name,
                "last_name": guardian.last_name,
                "email": guardian.email,
                "phone": guardian.phone,
            }
            for position, guardian in enumerate(family.guardians)
        ]
        written = await self._run(
            _WRITE_GUARDIANS,
            family_id=family.family_id,
            rows=as_json(rows),
        )
        if written.rowcount < len(rows):
            raise GuardianElsewhereError

    async def write_guardian(self, family_id: UUID, guardian: Guardian) -> int:
        """Stores one guardian's contact details."""
        await self._run(
            "update guardian set email = :email, phone = :phone where guardian_id = :id",
            email=guardian.email,
            phone=guardian.phone,
            id=guardian.guardian_id,
        )
        written = await self._run(
            "update family set version = version + 1 where family_id = :id returning version", id=family_id
        )
        version: int = written.scalar_one()
        return version

    async def write_quotient(self, family_id: UUID, quotient_familial: int | None) -> None:
        """Stores the QF."""
        await self._run(
            "update family set quotient_familial = :qf where family_id = :id", qf=quotient_familial, id=family_id
        )

    async def lock_members(self, family_id: UUID, member_ids: Collection[UUID]) -> None:
        """Locks these members and those of the family, in the order of their ids."""
        await self._run(
            "select 1 from member where member_id = any(:member_ids)"
            " or member_id in (select member_id from member_family where family_id = :family_id)"
            " order by member_id for no key update",
            family_id=family_id,
            member_ids=list(member_ids),
        )

    async def write_members(self, members: Sequence[Member]) -> set[UUID]:
        """Stores members."""
        rows = [
            {
                "member_id": member.member_id,
                "kind": member.kind,
                "first_name": member.first_name,
                "last_name": member.last_name,
                "birth_date": member.birth_date,
                "school": member.school,
                "diet": member.diet,
                "missing": member.missing,
            }
            for member in sorted(members, key=lambda member: member.member_id)  # as they are locked
        ]
        written = await self._run(
            """
            insert into member (tenant_id, member_id, kind, first_name, last_name, birth_date, school, diet,
                                missing, version)
            select :tenant_id, row.*, 0
            from jsonb_to_recordset(cast(:rows as jsonb)) as row
                (member_id uuid, kind text, first_name text, last_name text, birth_date date, school text,
                 diet text, missing text[])
            on conflict (tenant_id, member_id) do update
            set kind = excluded.kind, first_name = excluded.first_name, last_name = excluded.last_name,
                birth_date = excluded.birth_date, school = excluded.school, diet = excluded.diet,
                missing = excluded.missing
            where (member.kind, member.first_name, member.last_name, member.birth_date, member.school,
                   member.diet, member.missing)
                is distinct from
                (excluded.kind, excluded.first_name, excluded.last_name, excluded.birth_date, excluded.school,
                 excluded.diet, excluded.missing)
            returning member_id
            """,
            rows=as_json(rows),
        )
        return set(written.scalars())

    async def unlink_members(self, family_id: UUID, keep: Collection[UUID]) -> set[UUID]:
        """Takes members out of the family."""
        gone = await self._run(
            "delete from member_family where family_id = :family_id and not member_id = any(:keep) returning member_id",
            family_id=family_id,
            keep=list(keep),
        )
        return set(gone.scalars())

    async def link_members(self, family_id: UUID, member_ids: Sequence[UUID]) -> set[UUID]:
        """Puts members in the family, in this order."""
        linked = await self._run(
            """
            insert into member_family (tenant_id, family_id, member_id, position)
            select :tenant_id, :family_id, row.member_id, row.position
            from unnest(cast(:member_ids as uuid[])) with ordinality as row (member_id, position)
            on conflict (tenant_id, family_id, member_id) do update set position = excluded.position
            returning member_id, xmax = 0 as added
            """,
            family_id=family_id,
            member_ids=list(member_ids),
        )
        return {row.member_id for row in linked if row.added}

    async def bump_members(self, member_ids: Collection[UUID]) -> list[tuple[Member, tuple[UUID, ...], int]]:
        """Raises versions and reads. The rows are locked: no family joins or leaves meanwhile."""
        rows = await self._run(
            """
            update member set version = version + 1 where member_id = any(:ids)
            returning member_id, kind, first_name, last_name, birth_date, school, diet, missing, version,
                array(select l.family_id from member_family l
                      where l.tenant_id = member.tenant_id and l.member_id = member.member_id
                      order by l.family_id) as family_ids
            """,
            ids=list(member_ids),
        )
        return [(to_member(row), tuple(row.family_ids), row.version) for row in rows]

    async def have_current_adhesions(self, family_id: UUID, member_ids: Collection[UUID], today: date) -> bool:
        """Whether any of them is enrolled by this family, or ordered and not yet paid."""
        found = await self._run(
            "select exists (select 1 from adhesion where family_id = :family_id and member_id = any(:member_ids)"
            " and (status = 'awaiting_payment' or status = 'active' and valid_until > :today))",
            family_id=family_id,
            member_ids=list(member_ids),
            today=today,
        )
        return bool(found.scalar_one())


def to_family(row: Row[Any], guardians: Sequence[Row[Any]], members: Sequence[Row[Any]]) -> Family:
    """A file from its row and those of its guardians and members, in their order."""
    return Family(
        family_id=row.family_id,
        name=row.name,
        address=Address(row.address_line, row.postal_code, row.city),
        quotient_familial=row.quotient_familial,
        guardians=tuple(_to_guardian(guardian) for guardian in guardians),
        members=tuple(to_member(member) for member in members),
        missing=tuple(row.missing),
    )


def to_member(row: Row[Any]) -> Member:
    """A member from a row with its columns."""
    return Member(
        member_id=row.member_id,
        kind=MemberKind(row.kind),
        first_name=row.first_name,
        last_name=row.last_name,
        birth_date=row.birth_date,
        school=row.school,
        diet=Diet(row.diet),
        missing=tuple(row.missing),
    )


def _to_guardian(row: Row[Any]) -> Guardian:
    return Guardian(row.guardian_id, row.first_name, row.last_name, row.email, row.phone)


def _file_values(family: Family) -> dict[str, object]:
    return {
        "family_id": family.family_id,
        "name": family.name,
        "line": family.address.line,
        "postal_code": family.address.postal_code,
        "city": family.address.city,
    }
