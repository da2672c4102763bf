"""Accounts, sessions, attempts, resets and signing keys."""

from alembic import op

from chassis.migrations import create_chassis_tables, isolate_tenants

revision = "0001"
down_revision = None

_TABLES = """
create table signing_key (
    key_id uuid primary key,
    sealed_private_key bytea not null,
    public_jwk jsonb not null,
    created_at timestamptz not null,
    signs_from timestamptz not null
);
create table family (
    tenant_id uuid not null,
    family_id uuid not null,
    version bigint not null,
    primary key (tenant_id, family_id)
);
create table account (
    tenant_id uuid not null,
    account_id uuid not null,
    user_name text not null check (user_name ~ '^[a-z0-9][a-z0-9._-]*$'),
    display_name text not null,
    email text,
    roles text[] not null
        check (cardinality(roles) > 0 and roles <@ array['parent', 'agent', 'regisseur', 'administrator']),
    family_id uuid,
    guardian_id uuid,
    password_hash text,
    must_change_password boolean not null,
    closed boolean not null,
    version bigint not null check (version > 0),
    guardian_version bigint not null,
    details_at timestamptz,
    primary key (tenant_id, account_id),
    constraint account_user_name_key unique (tenant_id, user_name),
    constraint account_guardian_id_key unique (tenant_id, guardian_id),
    constraint account_parents_have_a_family_check
        check (('parent' = any (roles)) = (family_id is not null) and (family_id is null) = (guardian_id is null)),
    constraint account_parents_are_not_staff_check check (not 'parent' = any (roles) or cardinality(roles) = 1)
);
create index account_family_idx on account (tenant_id, family_id) where family_id is not null;
create index account_email_idx on account (tenant_id, lower(email)) where email is not null;
create table session (
    tenant_id uuid not null,
    session_id uuid not null,
    account_id uuid not null,
    expires_at timestamptz not null,
    generation int not null check (generation > 0),
    rotated_at timestamptz not null,
    ended boolean not null default false,
    primary key (tenant_id, session_id),
    foreign key (tenant_id, account_id) references account
);
create index session_account_idx on session (tenant_id, account_id) where not ended;
create index session_expiry_idx on session (tenant_id, expires_at);
create table refresh_token (
    tenant_id uuid not null,
    token_hash bytea not null,
    session_id uuid not null,
    generation int not null check (generation > 0),
    primary key (tenant_id, token_hash),
    foreign key (tenant_id, session_id) references session on delete cascade
);
create index refresh_token_session_idx on refresh_token (tenant_id, session_id);
create table attempt (
    tenant_id uuid not null,
    kind text not null,
    digest bytea not null,
    level double precision not null check (level >= 0),
    as_of timestamptz not null,
    blocked_until timestamptz,
    succeeded_at timestamptz,
    primary key (tenant_id, kind, digest)
);
create index attempt_age_idx on attempt (tenant_id, as_of);
create table password_reset (
    tenant_id uuid not null,
    reset_id uuid not null,
    requested_name text,
    requested_at timestamptz not null,
    account_id uuid,
    token_hash bytea,
    expires_at timestamptz,
    used boolean not null default false,
    sendings int not null default 0,
    next_try_at timestamptz,
    sent_at timestamptz,
    primary key (tenant_id, reset_id),
    foreign key (tenant_id, account_id) references account,
    check (token_hash is null or (account_id is not null and expires_at is not null))
);
create unique index password_reset_token_idx on password_reset (tenant_id, token_hash) where token_hash is not null;
create index password_reset_due_idx on password_reset (tenant_id, next_try_at) where next_try_at is not null;
create index password_reset_account_idx on password_reset (tenant_id, account_id);
create index password_reset_age_idx on password_reset (tenant_id, requested_at)
"""


def upgrade() -> None:
    create_chassis_tables("identity")
    for statement in _TABLES.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("family", "account", "session", "refresh_token", "attempt", "password_reset")
