"""Alembic for every service: the shared environment, the tables every service has, and tenant isolation."""

import asyncio
from pathlib import Path

from alembic import command, context, op
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.engine import Connection

from chassis.database import create_engine


def upgrade(service: str, owner_url: str) -> None:
    """Applies the migrations of a service. Waits at most a few seconds for locks, then fails rather than block."""
    asyncio.run(upgrade_async(service, owner_url))


async def upgrade_async(service: str, owner_url: str, revision: str = "head") -> None:
    """Same, inside a running event loop, up to a revision."""
    engine = create_engine(owner_url, pool_size=1, application_name=f"{service}-migrate")
    config = Config()
    config.set_main_option("script_location", str(migrations_folder(service)))
    config.set_main_option("path_separator", "os")

    def apply(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    try:
        async with engine.begin() as connection:
            await connection.execute(text("set local lock_timeout = '5s'"))
            await connection.execute(text("set local statement_timeout = '60s'"))
            await connection.run_sync(apply)
    finally:
        await engine.dispose()


def migrations_folder(service: str) -> Path:
    """Where a service's migrations lie: beside its ``src``."""
    import importlib.util  # noqa: PLC0415

    package = importlib.util.find_spec(service.replace("-", "_"))
    if package is None or package.origin is None:
        raise LookupError(f"service {service} is not installed")
    return Path(package.origin).parents[2] / "migrations"


def run_environment() -> None:
    """The whole of a service's ``migrations/env.py``."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(connection=connection, transaction_per_migration=False)
    with context.begin_transaction():
        context.run_migrations()


_OF_THE_COMMUNE = "tenant_id = (select nullif(current_setting('app.tenant_id', true), '')::uuid)"
"""As a query of its own, so that PostgreSQL plans for a commune of usual size. Otherwise it would plan for the one that
is set at that moment, often none, expect no row, and take any index that begins with ``tenant_id``.
"""


def isolate_tenants(*tables: str) -> None:
    """Forces row-level security on tables that have ``tenant_id``. Call it for each of them in its migration."""
    for table in tables:
        op.execute(f"alter table {table} enable row level security")
        op.execute(f"alter table {table} force row level security")
        op.execute(f"create policy tenant on {table} using ({_OF_THE_COMMUNE}) with check ({_OF_THE_COMMUNE})")


def renew_isolation() -> None:
    """Gives the policies of tables made before the form that ``isolate_tenants`` gives them now."""
    tables = op.get_bind().execute(text("select polrelid::regclass::text from pg_policy where polname = 'tenant'"))
    for table in tables.scalars().all():
        op.execute(f"alter policy tenant on {table} using ({_OF_THE_COMMUNE}) with check ({_OF_THE_COMMUNE})")


def create_chassis_tables(service: str) -> None:
    """Registry of communes, outbox, inbox and idempotency keys. Call it in a service's first migration."""
    role = service.replace("-", "_")
    for statement in _CHASSIS_TABLES.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("outbox", "idempotency_key")
    op.execute(f"create policy relay on outbox to {role}_relay using (true)")
    op.execute(f"grant select, delete on outbox to {role}_relay")


def create_dead_letters(service: str) -> None:
    """Messages that could not be handled: written by the relay's role, read by the application of their commune only.

    ``tenant_id`` is null when the envelope cannot be read: then only operators see the row.
    """
    role = service.replace("-", "_")
    for statement in _DEAD_LETTERS.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("dead_letter")
    op.execute(f"create policy relay on dead_letter to {role}_relay using (true) with check (true)")
    op.execute(f"grant select, insert, update, delete on dead_letter to {role}_relay")
    op.execute(f"grant select (id, slug) on tenant to {role}_relay")
    op.execute(f"revoke insert, update, delete on dead_letter from {role}_app")


_DEAD_LETTERS = """
create table dead_letter (
    tenant_id uuid,
    queue text not null,
    message_id uuid not null,
    type text,
    subject uuid,
    headers jsonb not null,
    body bytea not null,
    reason text not null,
    buried_at timestamptz not null,
    unique nulls not distinct (tenant_id, queue, message_id)
);
create index dead_letter_buried_idx on dead_letter (tenant_id, buried_at desc)
"""


def create_statement_table() -> None:
    """When each commune's statement was last made (``chassis.statements``). Call it in an owner's migration."""
    op.execute(_STATEMENT_TABLE)
    isolate_tenants("statement_round")


def create_reconciliation_tables() -> None:
    """What comparing with statements showed (``chassis.reconciliation``). Call it in a reader's migration."""
    for statement in _RECONCILIATION_TABLES.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("reconciliation_difference", "reconciliation_check")


_CHASSIS_TABLES = """
create table tenant (
    id uuid primary key,
    slug text not null unique,
    hostnames text[] not null,
    version bigint not null,
    description jsonb not null
);
create index tenant_hostnames_idx on tenant using gin (hostnames);
create table outbox (
    seq bigint generated always as identity primary key,
    id uuid not null,
    tenant_id uuid not null,
    source text not null,
    type text not null,
    subject uuid not null,
    sequence bigint not null check (sequence > 0),
    time timestamptz not null,
    traceparent text,
    body jsonb not null
);
create table inbox (
    consumer text not null,
    message_id uuid not null,
    received_at timestamptz not null default now(),
    primary key (consumer, message_id)
);
create table idempotency_key (
    tenant_id uuid not null,
    account_id uuid not null,
    key text not null,
    request_hash bytea not null,
    status int not null,
    content_type text,
    body bytea not null,
    created_at timestamptz not null default now(),
    primary key (tenant_id, account_id, key)
)
"""

_STATEMENT_TABLE = """
create table statement_round (
    tenant_id uuid primary key,
    asked boolean not null,
    stated_at timestamptz not null
)
"""

_RECONCILIATION_TABLES = """
create table reconciliation_difference (
    tenant_id uuid not null,
    difference_id uuid not null,
    source text not null,
    kind text not null,
    subject_id uuid not null,
    family_id uuid not null,
    member_id uuid,
    day date not null,
    expected jsonb,
    found jsonb,
    stated_at timestamptz not null,
    found_at timestamptz not null,
    mended_at timestamptz,
    closed_at timestamptz,
    primary key (tenant_id, difference_id),
    check (expected is not null or found is not null),
    check (mended_at is null or mended_at = closed_at)
);
create unique index reconciliation_difference_open_key
    on reconciliation_difference (tenant_id, source, kind, subject_id) where closed_at is null;
create table reconciliation_check (
    tenant_id uuid not null,
    source text not null,
    statement_id uuid not null,
    stated_at timestamptz not null,
    compared int not null,
    pages_compared int not null,
    page_count int,
    checked_at timestamptz,
    primary key (tenant_id, source, statement_id)
)
"""
