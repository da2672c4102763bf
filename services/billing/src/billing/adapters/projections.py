"""What billing keeps of families, members, activities and régies: only what an invoice or a payment shows."""

import json

from sqlalchemy import text

from chassis.database import Transaction
from chassis.messaging.consumer import Received
from contracts.events import ActivityPublished, FamilyRegistered, GuardianChanged, MemberRegistered

_FILE_NEWER = "guardian.known_at <= excluded.known_at"
_GUARDIAN_NEWER = "(guardian.known_at, guardian.version) < (excluded.known_at, excluded.version)"


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
    """Rank and presence follow the file; names and e-mail whichever of the file and the guardian spoke last.

    The two are versions of different aggregates: only their instants compare.
    """
    family = received.event
    parameters = {
        "tenant": transaction.tenant_id,
        "family": family.family_id,
        "time": received.envelope.time,
        "guardians": json.dumps([guardian.model_dump(mode="json") for guardian in family.guardians]),
    }
    incoming = (
        "rows from (jsonb_to_recordset(cast(:guardians as jsonb))"
        " as (guardian_id uuid, first_name text, last_name text, email text)) with ordinality"
        " as g(guardian_id, first_name, last_name, email, position)"
    )
    await transaction.connection.execute(
        text(
            "delete from guardian where family_id = :family and known_at <= :time and guardian_id not in"
            " (select g.guardian_id from jsonb_to_recordset(cast(:guardians as jsonb)) as g(guardian_id uuid))"
        ),
        {key: parameters[key] for key in ("family", "time", "guardians")},
    )
    await transaction.connection.execute(
        text(
            "insert into guardian (tenant_id, family_id, guardian_id, position, first_name, last_name, email,"  # noqa: S608
            " known_at, version)"
            f" select :tenant, :family, guardian_id, position, first_name, last_name, email, :time, 0 from {incoming}"
            " on conflict (tenant_id, family_id, guardian_id) do update set position = excluded.position,"
            f" first_name = case when {_FILE_NEWER} then excluded.first_name else guardian.first_name end,"
            f" last_name = case when {_FILE_NEWER} then excluded.last_name else guardian.last_name end,"
            f" email = case when {_FILE_NEWER} then excluded.email else guardian.email end,"
            " known_at = greatest(guardian.known_at, excluded.known_at)"
        ),
        parameters,
    )


async def keep_guardian(transaction: Transaction, received: Received[GuardianChanged]) -> None:
    """A guardian's name and e-mail, perhaps before the family file is known."""
    guardian = received.event
    await transaction.connection.execute(
        text(
            "insert into guardian (tenant_id, family_id, guardian_id, first_name, last_name, email, known_at,"  # noqa: S608
            " version)"
            " values (:tenant, :family, :guardian, :first_name, :last_name, :email, :time, :version)"
            " on conflict (tenant_id, family_id, guardian_id) do update set first_name = excluded.first_name,"
            " last_name = excluded.last_name, email = excluded.email, known_at = excluded.known_at,"
            f" version = excluded.version where {_GUARDIAN_NEWER}"
        ),
        {
            "tenant": transaction.tenant_id,
            "family": guardian.family_id,
            "guardian": guardian.guardian_id,
            "first_name": guardian.first_name,
            "last_name": guardian.last_name,
            "email": guardian.email,
            "time": received.envelope.time,
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
            "insert into activity (tenant_id, activity_id, version, name, season)"
            " values (:tenant, :activity, :version, :name, :season)"
            " on conflict (tenant_id, activity_id) do update set version = excluded.version, name = excluded.name,"
            " season = excluded.season where activity.version < excluded.version"
        ),
        {
            "tenant": transaction.tenant_id,
            "activity": activity.activity_id,
            "version": received.sequence,
            "name": activity.name,
            "season": activity.season,
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
