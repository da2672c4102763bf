"""Many families at one go: a journey made once through the API is copied, row by row, with ids of its own.

No table is named: the journey's ids are those that the databases did not hold before it, and its rows those that hold
one of them. A copy's id is the MD5 of the original and the copy's number, here as in SQL.
"""

import asyncio
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import asyncpg

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_REST_SECONDS = 0.5
_NOT_COPIED = frozenset({"outbox", "inbox", "idempotency_key", "tenant"})
_TABLES = """
    select c.oid::regclass::text as name, string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped
      and a.attgenerated = '' and a.attidentity = ''
    group by c.oid having bool_or(a.attname = 'tenant_id')
"""

Databases = Mapping[str, asyncpg.Connection]


def uuids_in(text: str) -> set[str]:
    """Every id written in a text."""
    return set(_UUID.findall(text))


def copied(original: str, number: int) -> str:
    """The id that stands for ``original`` in a copy."""
    return str(UUID(hashlib.md5(f"{original}:{number}".encode(), usedforsecurity=False).hexdigest()))


@dataclass(frozen=True)
class Journey:
    """The ids one journey brought, and its rows."""

    own: frozenset[str]
    rows: tuple[tuple[str, str, str, str], ...]
    """Database, table, columns, row as JSON."""


async def known_ids(databases: Databases) -> set[str]:
    """Every id in the tables of the communes."""
    return {found for _, _, _, row in await _rows_at_rest(databases) for found in uuids_in(row)}


async def journey_since(databases: Databases, before: set[str]) -> Journey:
    """What came since ``before`` was read."""
    rows = await _rows_at_rest(databases)
    own = {found for _, _, _, row in rows for found in uuids_in(row)} - before
    return Journey(frozenset(own), tuple(each for each in rows if uuids_in(each[3]) & own))


async def copy(databases: Databases, journey: Journey, numbers: range) -> None:
    """Adds the copies of those numbers. Foreign keys are not looked at: a copy refers to itself as its model does."""
    for database in {name for name, _, _, _ in journey.rows}:
        connection = databases[database]
        async with connection.transaction():
            await connection.execute("set local session_replication_role = replica")
            for _, table, columns, row in (each for each in journey.rows if each[0] == database):
                await connection.execute(_copy_statement(table, columns, row, uuids_in(row) & journey.own, numbers))
        # As autovacuum does, which leaves tables alone that are still empty.
        tables = sorted({table for name, table, _, _ in journey.rows if name == database})
        await connection.execute(f"vacuum analyze {', '.join(tables)}")


def _copy_statement(table: str, columns: str, row: str, own: Iterable[str], numbers: range) -> str:
    text = _quoted(row)
    for original in sorted(own):
        text = f"replace({text}, '{original}', md5('{original}:' || n)::uuid::text)"
    return (
        f"insert into {table} ({columns}) select {columns} from generate_series({numbers.start}, {numbers.stop - 1}) n,"  # noqa: S608 - ours
        f" jsonb_populate_record(null::{table}, ({text})::jsonb)"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


async def _rows_at_rest(databases: Databases) -> list[tuple[str, str, str, str]]:
    """Once nothing more comes of what was done before: an event may still be on its way."""
    rows = await _rows(databases)
    while True:
        await asyncio.sleep(_REST_SECONDS)
        before, rows = rows, await _rows(databases)
        if sorted(rows) == sorted(before):
            return rows


async def _rows(databases: Databases) -> list[tuple[str, str, str, str]]:
    found = []
    for database, connection in databases.items():
        if database == "identity":  # accounts: nobody logs in as a copy
            continue
        for table in await connection.fetch(_TABLES):
            if table["name"] not in _NOT_COPIED:
                rows = await connection.fetch(f"select to_jsonb(t)::text as row from {table['name']} t")  # noqa: S608
                found += [(database, table["name"], table["columns"], each["row"]) for each in rows]
    return found
