"""Questions to the banks, money that waits for a decision, money that went back."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for statement in CHANGES.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("bank_reversal")


# An answer of a bank may hold every card tried on an order. A transaction that was never settled waits for a decision.
CHANGES = """
alter table payment_attempt
    add column next_question_at timestamptz,
    add column asked_at timestamptz,
    add column questions int not null default 0 check (questions >= 0);
create index payment_attempt_question_idx on payment_attempt (tenant_id, next_question_at)
    where next_question_at is not null;
create index payment_reference_idx on payment (tenant_id, reference_id);
alter table bank_message drop constraint bank_message_raw_check;
alter table bank_message add constraint bank_message_raw_check
    check (octet_length(raw) <= case when channel = 'answer' then 1000000 else 8192 end);
alter table bank_transaction no force row level security;
alter table bank_transaction
    add column movement_id uuid,
    add column reason text,
    add column decision text check (decision in ('to_decide', 'credited', 'refunded')),
    add column currency text not null default '978';
update bank_transaction set
    movement_id = gen_random_uuid(),
    reason = case outcome when 'surplus' then 'surplus' when 'to_review' then 'amount-mismatch' end,
    decision = case when outcome <> 'settled' then 'to_decide' end;
alter table bank_transaction
    alter column movement_id set not null,
    alter column currency drop default,
    add check ((decision is null) = (outcome = 'settled')),
    add check ((reason is null) = (outcome = 'settled')),
    add unique (tenant_id, movement_id);
alter table bank_transaction force row level security;
create unique index bank_transaction_attempt_key on bank_transaction (tenant_id, attempt_id) where outcome = 'settled';
create index bank_transaction_decision_idx on bank_transaction (tenant_id, movement_id) where decision = 'to_decide';
create index bank_transaction_payment_idx on bank_transaction (tenant_id, payment_id);
create table bank_reversal (
    tenant_id uuid not null,
    movement_id uuid not null,
    protocol text not null,
    site text not null,
    reversal_id text not null,
    kind text not null check (kind in ('refund', 'cancellation', 'rejection')),
    payment_id uuid not null,
    attempt_id uuid not null,
    message_id uuid not null,
    amount_cents bigint not null,
    recorded_at timestamptz not null,
    primary key (tenant_id, movement_id),
    unique (tenant_id, protocol, site, reversal_id),
    foreign key (tenant_id, payment_id) references payment,
    foreign key (tenant_id, attempt_id) references payment_attempt,
    foreign key (tenant_id, message_id) references bank_message
);
create index bank_reversal_payment_idx on bank_reversal (tenant_id, payment_id)
"""
