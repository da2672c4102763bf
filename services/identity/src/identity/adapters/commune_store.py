"""The registry of communes in SQL: the chassis' table, which identity writes first."""

from uuid import UUID

from sqlalchemy import text

from chassis.database import Transaction
from chassis.tenants import store_tenant
from contracts.events import TenantRegistered


class SqlCommuneStore:
    """Implements ``CommuneStore`` in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._connection = transaction.connection

    async def locked(self, tenant_id: UUID) -> tuple[TenantRegistered, int] | None:
        """A commune and its version; the registry is locked until the transaction ends."""
        await self._connection.execute(text("select pg_advisory_xact_lock(hashtext('communes'))"))
        row = (
            await self._connection.execute(
                text("select description, version from tenant where id = :id"), {"id": tenant_id}
            )
        ).one_or_none()
        return (TenantRegistered.model_validate(row.description), row.version) if row else None

    async def conflicts(self, description: TenantRegistered) -> tuple[bool, list[str]]:
        """Whether another commune has the slug, and which of the host names others have."""
        rows = (
            await self._connection.execute(
                text(
                    "select slug, hostnames from tenant where id <> :id"
                    " and (slug = :slug or hostnames && cast(:hostnames as text[]))"
                ),
                {"id": description.tenant_id, "slug": description.slug, "hostnames": list(description.hostnames)},
            )
        ).all()
        taken = {name for row in rows for name in row.hostnames}
        return any(row.slug == description.slug for row in rows), sorted(taken & set(description.hostnames))

    async def save(self, description: TenantRegistered, version: int) -> None:
        """The new description of a commune."""
        await store_tenant(self._connection, description, version)
