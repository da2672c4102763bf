"""Communes apart below the application: what the database itself refuses, whatever a service's code asks.

``isolation_gaps`` reads the catalogue: every table, view, function and role that could let one commune see another.
``isolation_leaks`` tries it out, table by table, as the service's own role.
"""

from collections.abc import Collection

import asyncpg

from chassis.testing.plugin import ALIXAN, VEYRAS, Harness

SHARED_TABLES = frozenset({"alembic_version", "inbox", "tenant"})
"""What every service has that belongs to no commune: message ids, and the communes' public descriptions."""


async def isolation_gaps(harness: Harness, shared: Collection[str] = ()) -> list[str]:
    """What could let a commune's rows be seen or written by another, in words; none when all is well.

    ``shared`` names the service's own tables that belong to no commune.
    """
    name = harness.runtime.service.replace("-", "_")
    rows = await harness.query(_GAPS, f"{name}_app", f"{name}_relay", [*SHARED_TABLES, *shared])
    return [str(row["gap"]) for row in rows]


# $1 the service's role, $2 the relay's, $3 the tables of no commune. The schema "kept" is the harness's own.
_GAPS = """
with schema as (
    select oid, nspname from pg_namespace
    where nspname not in ('pg_catalog', 'information_schema', 'kept') and nspname not like 'pg\\_%'
),
tables as (
    select c.oid, c.relname, c.relkind, c.relowner, c.reloptions, c.relrowsecurity and c.relforcerowsecurity as forced
    from pg_class c join schema s on s.oid = c.relnamespace where c.relkind in ('r', 'p', 'f', 'v', 'm')
),
tenant_table as (
    select t.*, a.attnum as tenant_column, a.attnotnull
    from tables t join pg_attribute a on a.attrelid = t.oid and a.attname = 'tenant_id' and not a.attisdropped
    where t.relkind in ('r', 'p')
),
policy as (
    select p.*, pg_get_expr(polqual, polrelid) as reads, pg_get_expr(polwithcheck, polrelid) as writes
    from pg_policy p
    where polpermissive and polroles && array[0::oid, (select oid from pg_roles where rolname = $1)]
),
key as (
    select indrelid as oid, indexrelid::regclass::text as name, indkey[0] as first_column
    from pg_index where indisunique
    union all
    select conrelid, conname, conkey[1] from pg_constraint where contype = 'f'
),
ours(expression) as (
    values ('(tenant_id = ( SELECT (NULLIF(current_setting(''app.tenant_id''::text, true), ''''::text))::uuid'
            ' AS "nullif"))')
)
select 'table ' || relname || ': row security is not forced' as gap from tenant_table where not forced
union all
select 'table ' || relname || ': tenant_id may be null' from tenant_table
where not attnotnull and relname <> 'dead_letter'  -- a message that names no commune: no commune sees it
union all
select 'table ' || relname || ': no policy keeps communes apart' from tenant_table t
where not exists (select from policy join ours on reads = expression and writes = expression
                  where polrelid = t.oid and polcmd = '*')
union all
select 'table ' || relname || ': policy ' || polname || ' lets more through'
from tenant_table t join policy on polrelid = t.oid
where not exists (select from ours where reads = expression and writes = expression)
union all
select 'table ' || relname || ': no tenant_id' from tables t
where relkind in ('r', 'p', 'f') and relname <> all ($3) and has_table_privilege($1, oid, 'select, insert, update')
  and oid not in (select oid from tenant_table)
union all
select 'key ' || key.name || ': does not begin with tenant_id' from key join tenant_table using (oid)
where first_column <> tenant_column and relname <> 'outbox'
union all
select 'view ' || relname || ': reads as its owner' from tables
where relkind = 'v' and has_table_privilege($1, oid, 'select')
  and not coalesce(reloptions && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1'], false)
union all
select 'view ' || relname || ': keeps rows of every commune' from tables
where relkind = 'm' and has_table_privilege($1, oid, 'select')
union all
select 'function ' || proname || ': runs as its owner' from pg_proc p join schema s on s.oid = p.pronamespace
where prosecdef and has_function_privilege($1, p.oid, 'execute')
union all
select 'role ' || rolname || ': is above row security' from pg_roles
where rolname in ($1, $2) and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
union all
select 'role ' || m.rolname || ': is a member of ' || g.rolname
from pg_auth_members a join pg_roles m on m.oid = a.member join pg_roles g on g.oid = a.roleid
where m.rolname in ($1, $2)
union all
select 'table ' || relname || ': belongs to ' || rolname from tables join pg_roles r on r.oid = relowner
where rolname in ($1, $2)
union all
select 'schema ' || nspname || ': ' || rolname || ' creates in it' from schema s, pg_roles
where rolname in ($1, $2) and has_schema_privilege(rolname, s.oid, 'create')
union all
select 'database: ' || rolname || ' creates in it' from pg_roles
where rolname in ($1, $2) and has_database_privilege(rolname, current_database(), 'create, temporary')
union all
select 'table ' || relname || ': is not for the relay to see' from tables
where relname not in ('outbox', 'dead_letter')
  and has_table_privilege($2, oid, 'select, insert, update, delete, truncate, references, trigger')
order by 1
"""

_TENANT_TABLES = """
select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not a.attisdropped order by 1
"""

_WITHOUT_CONSTRAINTS = """
do $$ declare one record; begin
    for one in select conname from pg_constraint where conrelid = '{table}'::regclass order by contype = 'p' loop
        execute format('alter table {table} drop constraint if exists %I cascade', one.conname);
    end loop;
    for one in select attname from pg_attribute
               where attrelid = '{table}'::regclass and attnum > 0 and attnotnull and attidentity = '' loop
        execute format('alter table {table} alter column %I drop not null', one.attname);
    end loop;
end $$
"""


async def isolation_leaks(harness: Harness) -> list[str]:
    """Tries, as the service's role, to reach Veyras's rows from Alixan and from no commune; what succeeded, in words.

    Everything happens in one transaction that is rolled back: a row of each commune is put into every table, which
    has lost its constraints for that.
    """
    role = f"{harness.runtime.service.replace('-', '_')}_app"
    connection = await asyncpg.connect(harness.admin_url)
    try:
        tables = [str(row["relname"]) for row in await connection.fetch(_TENANT_TABLES)]
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute(f"lock table {', '.join(tables)} in access exclusive mode")
            for table in tables:
                await _put_a_row_of_each_commune(connection, table)
            await connection.execute(f"set local role {role}")
            return [leak for table in tables for leak in await _leaks(connection, table)]
        finally:
            await transaction.rollback()
    finally:
        await connection.close()


async def _put_a_row_of_each_commune(connection: asyncpg.Connection, table: str) -> None:
    await connection.execute(f"alter table {table} disable trigger all")
    await connection.execute(_WITHOUT_CONSTRAINTS.format(table=table))
    await connection.execute(
        f"insert into {table} (tenant_id) values ($1), ($2)",  # noqa: S608 - a name of the catalogue
        ALIXAN.tenant_id,
        VEYRAS.tenant_id,
    )


async def _leaks(connection: asyncpg.Connection, table: str) -> list[str]:
    await connection.execute("set local app.tenant_id = ''")
    leaks = []
    if await connection.fetchval(f"select count(*) from {table}"):  # noqa: S608 - a name of the catalogue
        leaks.append(f"{table}: seen without a commune")
    await connection.execute(f"set local app.tenant_id = '{ALIXAN.tenant_id}'")
    attempts = {
        "seen": f"select from {table} where tenant_id = '{VEYRAS.tenant_id}'",
        "changed": f"update {table} set tenant_id = tenant_id where tenant_id = '{VEYRAS.tenant_id}'",  # noqa: S608
        "deleted": f"delete from {table} where tenant_id = '{VEYRAS.tenant_id}'",  # noqa: S608
        "given away": f"update {table} set tenant_id = '{VEYRAS.tenant_id}'",  # noqa: S608
        "written": f"insert into {table} (tenant_id) values ('{VEYRAS.tenant_id}')",  # noqa: S608
    }
    leaks += [f"{table}: {what}" for what, tried in attempts.items() if await _rows_reached(connection, tried)]
    if not await connection.fetchval(f"select count(*) from {table}"):  # noqa: S608 - a name of the catalogue
        leaks.append(f"{table}: the own commune sees nothing")
    return leaks


async def _rows_reached(connection: asyncpg.Connection, statement: str) -> int:
    """How many rows a statement reached; it is undone."""
    savepoint = connection.transaction()
    await savepoint.start()
    try:
        status: str = await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return 0
    finally:
        await savepoint.rollback()
    return int(status.rpartition(" ")[2])
