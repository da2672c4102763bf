"""The registry of communes that every service keeps: found by host name, described by identity's events."""

import time
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.database import Database, Transaction
from chassis.errors import DomainError, TransientError
from contracts.events import TenantRegistered

_CACHE_SECONDS = 5.0
"""How long a commune is taken as it was read."""
_ASKING_SECONDS = 1.0
"""How much longer, for the others, while somebody reads it again."""


@dataclass(frozen=True)
class Tenant:
    """A commune as other services know it. ``description`` is the body of identity's last event."""

    id: UUID
    slug: str
    description: TenantRegistered

    @property
    def time_zone(self) -> str:
        """IANA name of the commune's time zone."""
        return self.description.time_zone

    @property
    def hostname(self) -> str:
        """The host name used in links."""
        return self.description.hostnames[0]


class UnknownCommuneError(DomainError):
    """No commune answers at this address."""

    slug = "unknown-commune"
    sentence = "Aucune commune ne répond à cette adresse. Vérifiez l'adresse du portail de votre commune."


class TenantNotYetKnownError(TransientError):
    """The commune's own event is still on its way."""


async def store_tenant(connection: AsyncConnection, description: TenantRegistered, version: int) -> None:
    """Keeps a commune's description unless a newer one is known."""
    await connection.execute(
        text(
            "insert into tenant (id, slug, hostnames, version, description)"
            " values (:id, :slug, :hostnames, :version, cast(:description as jsonb))"
            " on conflict (id) do update set slug = excluded.slug, hostnames = excluded.hostnames,"
            " version = excluded.version, description = excluded.description"
            " where tenant.version < excluded.version"
        ),
        {
            "id": description.tenant_id,
            "slug": description.slug,
            "hostnames": list(description.hostnames),
            "version": version,
            "description": description.model_dump_json(),
        },
    )


async def require_known(transaction: Transaction) -> None:
    """Raises ``TenantNotYetKnownError`` when the commune of a transaction is not in the registry."""
    known = await transaction.connection.scalar(
        text("select 1 from tenant where id = :id"), {"id": transaction.tenant_id}
    )
    if not known:
        raise TenantNotYetKnownError(f"la commune {transaction.tenant_id} n'est pas encore connue de ce service")


async def tenant_of(transaction: Transaction) -> Tenant:
    """The commune of a transaction, for event handlers. Raises ``TenantNotYetKnownError``."""
    statement = text("select id, slug, description from tenant where id = :id")
    row = (await transaction.connection.execute(statement, {"id": transaction.tenant_id})).one_or_none()
    if row is None:
        raise TenantNotYetKnownError(str(transaction.tenant_id))
    return Tenant(row.id, row.slug, TenantRegistered.model_validate(row.description))


class TenantRegistry:
    """Looks communes up, with a short cache (communes change rarely; a stale look lasts seconds)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cache: dict[tuple[str, object], tuple[float, Tenant]] = {}

    async def by_host(self, host: str) -> Tenant:
        """The commune of a ``Host`` header, port ignored. Raises ``UnknownCommuneError``."""
        return await self._one("where :value = any(hostnames)", host.rsplit(":", 1)[0].lower())

    async def by_slug(self, slug: str) -> Tenant:
        """The commune of a slug. Raises ``UnknownCommuneError``."""
        return await self._one("where slug = :value", slug)

    async def by_id(self, tenant_id: UUID) -> Tenant:
        """The commune of an id. Raises ``UnknownCommuneError``."""
        return await self._one("where id = :value", tenant_id)

    async def all(self) -> list[Tenant]:
        """Every commune, for jobs that work commune by commune."""
        return await self._read("", None)

    async def _one(self, where: str, value: object) -> Tenant:
        cached = self._cache.get((where, value))
        if cached and cached[0] > time.monotonic():
            return cached[1]
        if cached:  # whoever comes meanwhile does not ask as well
            self._cache[where, value] = (time.monotonic() + _ASKING_SECONDS, cached[1])
        tenants = await self._read(where, value)
        if not tenants:
            self._cache.pop((where, value), None)
            raise UnknownCommuneError
        self._cache[where, value] = (time.monotonic() + _CACHE_SECONDS, tenants[0])
        return tenants[0]

    async def _read(self, where: str, value: object) -> list[Tenant]:
        statement = text(f"select id, slug, description from tenant {where} order by slug")  # noqa: S608 - ours
        async with self._database.platform() as connection:
            rows = (await connection.execute(statement, {"value": value} if where else {})).all()
        return [Tenant(row.id, row.slug, TenantRegistered.model_validate(row.description)) for row in rows]
