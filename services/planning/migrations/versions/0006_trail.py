"""The trail of each family, the names of who acts in it, and the secret addresses of its calendars."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0006"
down_revision = "0005"

TABLES = """
create table guardian (
    tenant_id uuid not null,
    family_id uuid not null,
    guardian_id uuid not null,
    version bigint not null,
    first_name text not null,
    last_name text not null,
    primary key (tenant_id, family_id, guardian_id)
);
create table trail (
    tenant_id uuid not null,
    entry_id uuid not null,
    happened_at timestamptz not null,
    family_id uuid not null,
    actor text not null check (actor in ('family', 'town_hall', 'portal')),
    account_id uuid,
    guardian_id uuid,
    action text not null check (action in ('book', 'cancel')),
    member_id uuid not null,
    activity_id uuid not null,
    slot text not null default 'day' check (slot <> ''),
    days date[] not null check (cardinality(days) > 0),
    reason text check (reason <> ''),
    primary key (tenant_id, entry_id)
);
create index trail_family_idx on trail (tenant_id, family_id, happened_at desc, entry_id desc);
create table agenda_address (
    tenant_id uuid not null,
    address_id uuid not null,
    family_id uuid not null,
    member_id uuid,
    salt bytea not null,
    form_hash bytea not null,
    secret_hash bytea not null check (length(secret_hash) = 32),
    created_at timestamptz not null,
    primary key (tenant_id, address_id),
    unique nulls not distinct (tenant_id, family_id, member_id),
    unique (tenant_id, secret_hash)
)
"""


def upgrade() -> None:
    for statement in TABLES.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("guardian", "trail", "agenda_address")
    op.execute("revoke update, delete on trail from planning_app")
