"""What billing keeps of families, members, activities and régies: only what an invoice or a payment shows."""

import json

from sqlalchemy import text

from chassis.database import Transaction
from chassis.messaging.consumer import Received
from contracts.events import ActivityPublished, FamilyRegistered, GuardianChanged, MemberRegistered

_GUARDIANS = "jsonb_to_recordset(cast(:guardians as jsonb))"

_FORGET_GUARDIANS = text(
    f"""
    delete from guardian where family_id = :family and version < :version
      and guardian_id not in (select g.guardian_id from {_GUARDIANS} as g(guardian_id uuid))
    """  # noqa: S608 - our own text
)

_KEEP_GUARDIANS = text(
    f"""
    insert into guardian (tenant_id, family_id, guardian_id, version, position, first_name, last_name, email)
    select :tenant, :family, g.guardian_id, :version, g.position, g.first_name, g.last_name, g.email
    from rows from ({_GUARDIANS} as (guardian_id uuid, first_name text, last_name text, email text))
         with ordinality as g(guardian_id, first_name, last_name, email, position)
    on conflict (tenant_id, family_id, guardian_id) do update set
        position = excluded.position,
        version = greatest(guardian.version, excluded.version),
        first_name = case when guardian.version < excluded.version then excluded.first_name
                          else guardian.first_name end,
        last_name = case when guardian.version < excluded.version then excluded.last_name else guardian.last_name end,
        email = case when guardian.version < excluded.version then excluded.email else guardian.email end
    """  # noqa: S608 - our own text
)

_KEEP_GUARDIAN = text(
    """
    insert into guardian (tenant_id, family_id, guardian_id, version, first_name, last_name, email)
    select :tenant, :family, :guardian, cast(:version as bigint), :first_name, :last_name, :email
    where not exists (select from family where family_id = :family and family.version > cast(:version as bigint))
    on conflict (tenant_id, family_id, guardian_id) do update set version = excluded.version,
        first_name = excluded.first_name, last_name = excluded.last_name, email = excluded.email
    where guardian.version <= excluded.version
    """
)


async def keep_family(transaction: Transaction, received: Received[FamilyRegistered]) -> None:
    """The family file and its guardians."""
    family = received.event
    kept = await transaction.connection.execute(
        text(
            "insert into family (tenant_id, family_id, version, name, address_line, postal_code, city)"
            " values (:tenant, :family, :version, :name, :line, :postal_code, :city)"
            " on conflict (tenant_id, family_id) do update set version = excluded.version, name = excluded.name,"
            " address_line = excluded.address_line, postal_code = excluded.postal_code, city = excluded.city"
            " where family.version < excluded.version"
        ),
        {
            "tenant": transaction.tenant_id,
            "family": family.family_id,
            "version": received.sequence,
            "name": family.name,
            **family.address.model_dump(),
        },
    )
    if kept.rowcount:
        await _keep_guardians(transaction, received)


async def _keep_guardians(transaction: Transaction, received: Received[FamilyRegistered]) -> None:
    """Rank and presence follow the file; names and e-mail too, unless the guardian's own event is newer."""
    family = received.event
    parameters = {
        "family": family.family_id,
        "version": received.sequence,
        "guardians": json.dumps([guardian.model_dump(mode="json") for guardian in family.guardians]),
    }
    await transaction.connection.execute(_FORGET_GUARDIANS, parameters)
    await transaction.connection.execute(_KEEP_GUARDIANS, {**parameters, "tenant": transaction.tenant_id})


async def keep_guardian(transaction: Transaction, received: Received[GuardianChanged]) -> None:
    """A guardian's name and e-mail, perhaps before the family file is known; its version is the family's."""
    guardian = received.event
    await transaction.connection.execute(
        _KEEP_GUARDIAN,
        {
            "tenant": transaction.tenant_id,
            "family": guardian.family_id,
            "guardian": guardian.guardian_id,
            "first_name": guardian.first_name,
            "last_name": guardian.last_name,
            "email": guardian.email,
            "version": received.sequence,
        },
    )


async def keep_member(transaction: Transaction, received: Received[MemberRegistered]) -> None:
    """A member's first name."""
    await transaction.connection.execute(
        text(
            "insert into member (tenant_id, member_id, version, first_name)"
            " values (:tenant, :member, :version, :first_name)"
            " on conflict (tenant_id, member_id) do update set version = excluded.version,"
            " first_name = excluded.first_name where member.version < excluded.version"
        ),
        {
            "tenant": transaction.tenant_id,
            "member": received.event.member_id,
            "version": received.sequence,
            "first_name": received.event.first_name,
        },
    )


async def keep_activity(transaction: Transaction, received: Received[ActivityPublished]) -> None:
    """An activity's name and its régie's: a régie is described by several activities, so the last to speak counts."""
    activity = received.event
    await transaction.connection.execute(
        text(
            "insert into activity (tenant_id, activity_id, version, name)"
            " values (:tenant, :activity, :version, :name)"
            " on conflict (tenant_id, activity_id) do update set version = excluded.version, name = excluded.name"
            " where activity.version < excluded.version"
        ),
        {
            "tenant": transaction.tenant_id,
            "activity": activity.activity_id,
            "version": received.sequence,
            "name": activity.name,
        },
    )
    await transaction.connection.execute(
        text(
            "insert into regie (tenant_id, regie_id, known_at, name) values (:tenant, :regie, :time, :name)"
            " on conflict (tenant_id, regie_id) do update set known_at = excluded.known_at, name = excluded.name"
            " where regie.known_at <= excluded.known_at"
        ),
        {
            "tenant": transaction.tenant_id,
            "regie": activity.regie.regie_id,
            "time": received.envelope.time,
            "name": activity.regie.name,
        },
    )
