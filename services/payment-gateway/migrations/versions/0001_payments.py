"""Merchant contracts, payments, attempts, the bank's messages as received, and the transactions it accepted."""

from alembic import op

from chassis.migrations import create_chassis_tables, isolate_tenants

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_chassis_tables("payment-gateway")
    for statement in TABLES.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("merchant_contract", "payment", "payment_attempt", "bank_message", "bank_transaction")


# A contract is never altered: a change closes it and opens another, so that what was begun under one ends under it.
# Personal data of the payer is kept only while the payment may still be sent to the bank.
# The bank's messages of an attempt nobody knows have no attempt_id; identical bytes are one message, received again.
TABLES = """
create table merchant_contract (
    tenant_id uuid not null,
    contract_id uuid not null,
    regie_id uuid not null,
    protocol text not null check (protocol in ('paybox')),
    site text not null,
    rang text not null,
    identifiant text not null,
    sealed_hmac_key bytea not null,
    page_url text not null,
    bank_public_key_pem text not null,
    mode text not null check (mode in ('test', 'production')),
    shop_name text not null,
    opened_at timestamptz not null,
    closed_at timestamptz,
    primary key (tenant_id, contract_id)
);
create unique index merchant_contract_current_key on merchant_contract (tenant_id, regie_id) where closed_at is null;
create table payment (
    tenant_id uuid not null,
    payment_id uuid not null,
    version bigint not null check (version > 0),
    status text not null check (status in
        ('requested', 'in_progress', 'expired', 'cancelled', 'refused', 'to_review', 'succeeded')),
    bank_reference text not null check (bank_reference ~ '^[A-Za-z0-9-]{1,250}$'),
    amount_cents bigint not null check (amount_cents between 1 and 9999999999),
    label text not null,
    purpose text not null,
    reference_id uuid not null,
    regie_id uuid not null,
    family_id uuid not null,
    article_count int not null check (article_count > 0),
    payer jsonb,
    reason_code text,
    reason text,
    created_at timestamptz not null,
    settled_at timestamptz,
    expires_at timestamptz,
    primary key (tenant_id, payment_id),
    unique (tenant_id, bank_reference),
    check ((payer is not null) = (status in ('requested', 'in_progress'))),
    check ((settled_at is null) = (status in ('requested', 'in_progress', 'to_review'))),
    check ((expires_at is not null) = (status = 'in_progress'))
);
create index payment_family_idx on payment (tenant_id, family_id, payment_id desc);
create index payment_status_idx on payment (tenant_id, status, payment_id desc);
create index payment_expiry_idx on payment (tenant_id, expires_at) where status = 'in_progress';
create table payment_attempt (
    tenant_id uuid not null,
    attempt_id uuid not null,
    payment_id uuid not null,
    contract_id uuid not null,
    number int not null check (number > 0),
    status text not null check (status in
        ('in_progress', 'expired', 'cancelled', 'refused', 'to_review', 'succeeded')),
    started_at timestamptz not null,
    primary key (tenant_id, attempt_id),
    unique (tenant_id, payment_id, number),
    foreign key (tenant_id, payment_id) references payment,
    foreign key (tenant_id, contract_id) references merchant_contract
);
create unique index payment_attempt_succeeded_key on payment_attempt (tenant_id, payment_id)
    where status = 'succeeded';
create table bank_message (
    tenant_id uuid not null,
    message_id uuid not null,
    attempt_id uuid,
    protocol text not null,
    channel text not null check (channel in ('ipn', 'return')),
    raw bytea not null check (octet_length(raw) <= 8192),
    digest bytea not null generated always as (sha256(raw)) stored,
    received_at timestamptz not null,
    receptions int not null default 1 check (receptions > 0),
    verdict text,
    encoding text,
    code text,
    amount_cents bigint,
    transaction_id text,
    judged_at timestamptz,
    primary key (tenant_id, message_id),
    foreign key (tenant_id, attempt_id) references payment_attempt,
    check ((verdict is null) = (judged_at is null))
);
create unique index bank_message_bytes_key on bank_message (tenant_id, attempt_id, channel, digest)
    nulls not distinct;
create index bank_message_waiting_idx on bank_message (tenant_id, message_id) where verdict is null;
create table bank_transaction (
    tenant_id uuid not null,
    protocol text not null,
    site text not null,
    transaction_id text not null,
    payment_id uuid not null,
    attempt_id uuid not null,
    message_id uuid not null,
    outcome text not null check (outcome in ('settled', 'surplus', 'to_review')),
    amount_cents bigint not null,
    authorisation text,
    call_number text,
    accepted_at timestamptz not null,
    primary key (tenant_id, protocol, site, transaction_id),
    foreign key (tenant_id, payment_id) references payment,
    foreign key (tenant_id, attempt_id) references payment_attempt,
    foreign key (tenant_id, message_id) references bank_message
);
create unique index bank_transaction_settled_key on bank_transaction (tenant_id, payment_id) where outcome = 'settled'
"""
