"""When the bank says that money moved, and the treasury's files of what it took."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for statement in CHANGES.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("bank_file", "bank_file_line")


# The default lets the former code write while both run. A reference may be in a file once only.
CHANGES = """
alter table bank_transaction no force row level security;
alter table bank_reversal no force row level security;
alter table bank_transaction
    add column happened_at timestamptz not null default now(),
    add column bank_number text;
alter table bank_reversal add column happened_at timestamptz not null default now();
update bank_transaction set happened_at = accepted_at;
update bank_reversal set happened_at = recorded_at;
alter table bank_transaction force row level security;
alter table bank_reversal force row level security;
create index bank_transaction_happened_idx on bank_transaction (tenant_id, happened_at);
create index bank_reversal_happened_idx on bank_reversal (tenant_id, happened_at);
create index bank_transaction_number_idx on bank_transaction (tenant_id, transaction_id);
create index payment_attempt_reference_idx on payment_attempt (tenant_id, reference);
create table bank_file (
    tenant_id uuid not null,
    file_id uuid not null,
    regie_id uuid not null,
    site text not null,
    mode text not null check (mode in ('test', 'production')),
    file_name text not null,
    digest bytea not null check (octet_length(digest) = 32),
    first_day date not null,
    last_day date not null check (last_day >= first_day),
    line_count int not null check (line_count > 0),
    total_cents bigint not null check (total_cents > 0),
    sent_by uuid not null,
    sent_at timestamptz not null,
    primary key (tenant_id, file_id),
    unique (tenant_id, regie_id, digest)
);
create table bank_file_line (
    tenant_id uuid not null,
    file_id uuid not null,
    line_number int not null check (line_number > 0),
    day date not null,
    reference text not null,
    amount_cents bigint not null check (amount_cents > 0),
    primary key (tenant_id, file_id, line_number),
    unique (tenant_id, file_id, reference),
    foreign key (tenant_id, file_id) references bank_file
)
"""
