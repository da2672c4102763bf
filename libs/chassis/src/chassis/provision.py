"""Creates a service's database and its three roles. Idempotent; needs a superuser's address."""

import asyncpg


async def provision(service: str, admin_url: str, password: str, *, database: str | None = None) -> str:
    """Roles ``NAME_owner`` (migrations), ``NAME_app`` (cannot bypass row security), ``NAME_relay`` (what waits).

    The relay's role has the outbox and the dead letters of every commune, and nothing else. Returns the database's
    name (the service's, unless given).
    """
    name = service.replace("-", "_")
    database = database or name
    admin = await asyncpg.connect(admin_url)
    try:
        for role in (f"{name}_owner", f"{name}_app", f"{name}_relay"):
            await _ensure_role(admin, role, password)
        if not await admin.fetchval("select 1 from pg_database where datname = $1", database):
            # Whatever the server's own default, names have accents and sort the same everywhere.
            await admin.execute(
                f"create database \"{database}\" owner {name}_owner encoding 'UTF8' locale 'C.UTF-8' template template0"
            )
        await admin.execute(f'revoke all on database "{database}" from public')
        await admin.execute(f'grant connect on database "{database}" to {name}_app, {name}_relay')
    finally:
        await admin.close()
    await _prepare_schema(name, admin_url, database)
    return database


async def _ensure_role(admin: asyncpg.Connection, role: str, password: str) -> None:
    literal = await admin.fetchval("select quote_literal($1::text)", password)
    attributes = f"login nosuperuser nocreatedb nocreaterole nobypassrls password {literal}"
    await admin.execute(
        f"""
        do $body$ begin
            create role {role} {attributes.replace("$body$", "")};
        exception when duplicate_object or unique_violation then
            alter role {role} {attributes.replace("$body$", "")};
        end $body$
        """
    )


async def _prepare_schema(name: str, admin_url: str, database: str) -> None:
    connection = await asyncpg.connect(admin_url, database=database)
    try:
        await connection.execute(
            f"""
            revoke all on schema public from public;
            grant all on schema public to {name}_owner;
            grant usage on schema public to {name}_app, {name}_relay;
            alter default privileges for role {name}_owner in schema public
                grant select, insert, update, delete on tables to {name}_app;
            alter default privileges for role {name}_owner in schema public
                grant usage on sequences to {name}_app;
            alter default privileges for role {name}_owner in schema public grant execute on functions to {name}_app;
            """
        )
    finally:
        await connection.close()
