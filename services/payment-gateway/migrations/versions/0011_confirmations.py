"""Whether a bank, asked, stands by what its message told; what it does not, and what the régie found out."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    for statement in CHANGES.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("unconfirmed_money")


# What a bank itself answered before is confirmed.
CHANGES = """
alter table bank_transaction add column confirmed_at timestamptz;
alter table bank_transaction no force row level security;
alter table bank_message no force row level security;
update bank_transaction t set confirmed_at = m.judged_at from bank_message m
    where m.tenant_id = t.tenant_id and m.attempt_id = t.attempt_id and m.channel = 'answer'
    and m.kind = 'accepted' and m.transaction_id = t.transaction_id;
alter table bank_message force row level security;
alter table bank_transaction force row level security;
create table unconfirmed_money (
    tenant_id uuid not null,
    movement_id uuid not null,
    message_id uuid not null,
    code text not null,
    found_at timestamptz not null,
    decision text check (decision in ('received', 'not_received')),
    reason text check (length(reason) between 1 and 500),
    decided_at timestamptz,
    decided_by uuid,
    primary key (tenant_id, movement_id),
    foreign key (tenant_id, movement_id) references bank_transaction (tenant_id, movement_id),
    foreign key (tenant_id, message_id) references bank_message,
    check (num_nulls(decision, reason, decided_at, decided_by) in (0, 4))
);
create index unconfirmed_money_open_idx on unconfirmed_money (tenant_id, movement_id) where decision is null
"""
