"""What billing keeps of families, members, activities and régies: only what an invoice or a payment shows."""

import json

from sqlalchemy import text

from chassis.database import Transaction
from chassis.messaging.consumer import Received
from chassis.projections import keep_if_newer
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
    address = family.address
    facts = {
        "name": family.name,
        "address_line": address.line,
        "postal_code": address.postal_code,
        "city": address.city,
    }
    key = {"family_id": family.family_id}
    if await keep_if_newer(transaction, "family", key=key, version=received.sequence, facts=facts):
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
    key, facts = {"member_id": received.event.member_id}, {"first_name": received.event.first_name}
    await keep_if_newer(transaction, "member", key=key, version=received.sequence, facts=facts)


async def keep_activity(transaction: Transaction, received: Received[ActivityPublished]) -> None:
    """An activity's name and its régie's: a régie is described by several activities, so the last to speak counts."""
    activity = received.event
    key, facts = {"activity_id": activity.activity_id}, {"name": activity.name}
    await keep_if_newer(transaction, "activity", key=key, version=received.sequence, facts=facts)
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
