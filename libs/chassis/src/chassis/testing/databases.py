"""Databases for services under test: a service is migrated once, and its databases are copies of what that made."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.engine import make_url

from chassis.migrations import upgrade_async
from chassis.provision import provision
from chassis.runtime import Service

PASSWORD = "tests"  # noqa: S105 - of a database that lives as long as the tests


class ServiceDatabases:
    """On the server of a superuser's address."""

    def __init__(self, admin_url: str) -> None:
        self._server = make_url(admin_url)
        self._templates: dict[str, str] = {}

    async def create(self, service: Service) -> str:
        """The name of a new database, as the service's migrations leave it."""
        template = self._templates.get(service.name)
        if template is None:
            template = self._templates[service.name] = await self._migrated(service)
        name = _name_for(service.name)
        await self._command(f'create database "{name}" template "{template}"')
        await provision(service.name, self.admin_url(), PASSWORD, database=name)
        return name

    def url(self, service: Service, role: str, database: str) -> str:
        """Address of one of the service's roles: ``owner``, ``app`` or ``relay``."""
        user = f"{service.name.replace('-', '_')}_{role}"
        return self._server.set(username=user, password=PASSWORD, database=database).render_as_string(
            hide_password=False
        )

    def admin_url(self, database: str | None = None) -> str:
        """Address of the superuser."""
        server = self._server.set(database=database) if database else self._server
        return server.render_as_string(hide_password=False)

    async def drop(self, database: str) -> None:
        """Whoever may still be connected."""
        await self._command(f'drop database if exists "{database}" with (force)')

    async def drop_templates(self) -> None:
        """The server may live on."""
        for template in self._templates.values():
            await self.drop(template)
        self._templates.clear()

    async def _migrated(self, service: Service) -> str:
        name = _name_for(service.name)
        await provision(service.name, self.admin_url(), PASSWORD, database=name)
        await upgrade_async(service.name, self.url(service, "owner", name))
        await _keep_published_events(self.admin_url(name))
        return name

    async def _command(self, statement: str) -> None:
        connection = await asyncpg.connect(self.admin_url())
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


@asynccontextmanager
async def database_of_before(service_name: str, admin_url: str, revision: str) -> AsyncIterator[tuple[str, str]]:
    """A database as a service had it at a revision: its owner's address and a superuser's."""
    server, name = make_url(admin_url), _name_for(service_name)
    owner = f"{service_name.replace('-', '_')}_owner"
    of_owner, of_admin = (
        address.render_as_string(hide_password=False)
        for address in (server.set(username=owner, password=PASSWORD, database=name), server.set(database=name))
    )
    await provision(service_name, admin_url, PASSWORD, database=name)
    await upgrade_async(service_name, of_owner, revision)
    yield of_owner, of_admin
    connection = await asyncpg.connect(admin_url)
    await connection.execute(f'drop database "{name}" with (force)')
    await connection.close()


def _name_for(service_name: str) -> str:
    return f"test_{service_name.replace('-', '_')}_{secrets.token_hex(4)}"


async def _keep_published_events(admin_url: str) -> None:
    """Copies what the relay deletes, so that tests can read what was published."""
    connection = await asyncpg.connect(admin_url)
    await connection.execute(
        """
        create schema kept;
        create table kept.published_event (like outbox);
        create function kept.keep_published_event() returns trigger language plpgsql security definer as
            $$ begin insert into kept.published_event values (new.*); return new; end $$;
        create trigger keep_published_event after insert on outbox
            for each row execute function kept.keep_published_event();
        """
    )
    await connection.close()
