"""Names of guardians, for the trail. Who has left a family keeps a name there: the trail goes on being readable."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from chassis.database import Transaction
from contracts.events import FamilyRegistered, GuardianChanged
from contracts.values import Guardian

_KEEP = """
    insert into guardian (tenant_id, family_id, guardian_id, version, first_name, last_name)
    select :tenant_id, :family_id, guardian_id, :version, first_name, last_name
    from unnest(cast(:ids as uuid[]), cast(:first_names as text[]), cast(:last_names as text[]))
        as g (guardian_id, first_name, last_name)
    on conflict (tenant_id, family_id, guardian_id) do update
    set version = excluded.version, first_name = excluded.first_name, last_name = excluded.last_name
    where guardian.version < excluded.version or (guardian.version = excluded.version and :prevails)
"""


async def keep_listed(transaction: Transaction, event: FamilyRegistered, version: int) -> None:
    """The guardians of a family's file."""
    await _keep(transaction, event.family_id, event.guardians, version, prevails=False)


async def keep_changed(transaction: Transaction, event: GuardianChanged, version: int) -> None:
    """A guardian's new name. Its version is the family's: of the file of that version it is the newer part."""
    guardian = Guardian(
        guardian_id=event.guardian_id, first_name=event.first_name, last_name=event.last_name, email=None
    )
    await _keep(transaction, event.family_id, [guardian], version, prevails=True)


async def _keep(
    transaction: Transaction, family_id: UUID, guardians: Sequence[Guardian], version: int, *, prevails: bool
) -> None:
    values = {
        "tenant_id": transaction.tenant_id,
        "family_id": family_id,
        "version": version,
        "ids": [guardian.guardian_id for guardian in guardians],
        "first_names": [guardian.first_name for guardian in guardians],
        "last_names": [guardian.last_name for guardian in guardians],
        "prevails": prevails,
    }
    await transaction.connection.execute(text(_KEEP), values)
