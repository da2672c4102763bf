"""Home page, news, documents, messages, mails, and who is written to."""

from alembic import op

from chassis.migrations import create_chassis_tables, isolate_tenants

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_chassis_tables("communication")
    for statement in TABLES.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("home_page", "news", "document", "guardian", "family", "message", "mail")


TABLES = """
create table home_page (
    tenant_id uuid primary key,
    title text not null,
    body text not null,
    published_on date not null
);
create table news (
    tenant_id uuid not null,
    news_id uuid not null,
    title text not null,
    body text not null,
    published_on date not null,
    primary key (tenant_id, news_id)
);
create index news_recent_idx on news (tenant_id, published_on desc, news_id desc);
create table document (
    tenant_id uuid not null,
    document_id uuid not null,
    title text not null,
    file_name text not null,
    media_type text not null,
    content bytea not null,
    size_bytes int generated always as (octet_length(content)) stored check (size_bytes between 1 and 10485760),
    published_on date not null,
    primary key (tenant_id, document_id)
);
create table family (
    tenant_id uuid not null,
    family_id uuid not null,
    name text not null,
    version bigint not null,
    primary key (tenant_id, family_id)
);
create table guardian (
    tenant_id uuid not null,
    guardian_id uuid not null,
    family_id uuid not null,
    first_name text not null,
    last_name text not null,
    email text,
    version bigint not null,
    primary key (tenant_id, guardian_id)
);
create index guardian_family_idx on guardian (tenant_id, family_id);
create table message (
    tenant_id uuid not null,
    message_id uuid not null,
    family_id uuid not null,
    sender text not null check (sender in ('family', 'town_hall')),
    guardian_id uuid,
    subject text not null,
    body text not null,
    sent_at timestamptz not null,
    read_at timestamptz,
    primary key (tenant_id, message_id)
);
create index message_family_idx on message (tenant_id, family_id, message_id desc);
create table mail (
    tenant_id uuid not null,
    mail_id uuid not null,
    about uuid not null,
    guardian_id uuid not null,
    recipient_name text not null,
    recipient_email text not null,
    subject text not null,
    body text not null,
    state text not null default 'waiting' check (state in ('waiting', 'sent', 'failed')),
    attempts int not null default 0,
    next_attempt_at timestamptz not null default now(),
    created_at timestamptz not null,
    sent_at timestamptz,
    primary key (tenant_id, mail_id),
    unique (tenant_id, about, guardian_id),
    check ((state = 'sent') = (sent_at is not null))
);
create index mail_waiting_idx on mail (tenant_id, next_attempt_at) where state = 'waiting'
"""
