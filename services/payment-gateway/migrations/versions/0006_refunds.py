"""Refunds asked for by the régie, decisions on surplus money, and the ledger in double entry."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    for statement in CHANGES.strip().split(";\n"):
        op.execute(statement)
    for statement in FUNCTIONS:
        op.execute(statement)
    for statement in PAST.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("refund", "ledger_entry")


# A reversal belongs to the transaction it takes back, and to the refund that asked for it, at most one each.
# One made by hand has no message of the bank.
CHANGES = """
alter table bank_transaction
    add column decided_at timestamptz,
    add column decided_by uuid,
    add column decision_version int not null default 1 check (decision_version > 0);
create table refund (
    tenant_id uuid not null,
    refund_id uuid not null,
    payment_id uuid not null,
    attempt_id uuid not null,
    protocol text not null,
    site text not null,
    transaction_id text not null,
    amount_cents bigint not null check (amount_cents > 0),
    reason text not null check (length(reason) between 1 and 500),
    consequence text check (consequence in ('owed_again', 'credit_note')),
    status text not null check (status in ('in_progress', 'by_hand', 'to_check', 'done', 'refused')),
    sentence text,
    code text,
    daily_number int not null check (daily_number > 0),
    requested_by uuid not null,
    requested_at timestamptz not null,
    sent_at timestamptz,
    tries int not null default 0 check (tries >= 0),
    next_try_at timestamptz,
    ended_at timestamptz,
    ended_by uuid,
    primary key (tenant_id, refund_id),
    foreign key (tenant_id, payment_id) references payment,
    foreign key (tenant_id, attempt_id) references payment_attempt,
    foreign key (tenant_id, protocol, site, transaction_id) references bank_transaction,
    check ((next_try_at is not null) = (status = 'in_progress')),
    check ((ended_at is not null) = (status in ('done', 'refused')))
);
create index refund_payment_idx on refund (tenant_id, payment_id);
create index refund_transaction_idx on refund (tenant_id, protocol, site, transaction_id);
create index refund_try_idx on refund (tenant_id, next_try_at) where next_try_at is not null;
create unique index refund_open_key on refund (tenant_id, protocol, site, transaction_id) where ended_at is null;
alter table bank_reversal
    add column transaction_id text,
    add column refund_id uuid,
    alter column message_id drop not null;
alter table bank_reversal no force row level security;
alter table bank_transaction no force row level security;
alter table payment no force row level security;
update bank_reversal set transaction_id = t.transaction_id from (
    select distinct on (tenant_id, attempt_id) tenant_id, attempt_id, transaction_id from bank_transaction
    order by tenant_id, attempt_id, outcome = 'settled' desc) t
    where t.tenant_id = bank_reversal.tenant_id and t.attempt_id = bank_reversal.attempt_id;
alter table bank_reversal
    add foreign key (tenant_id, protocol, site, transaction_id) references bank_transaction,
    add foreign key (tenant_id, refund_id) references refund,
    add unique (tenant_id, refund_id),
    add check (message_id is not null or refund_id is not null);
create index bank_reversal_transaction_idx on bank_reversal (tenant_id, protocol, site, transaction_id);
create table ledger_entry (
    tenant_id uuid not null,
    entry_id uuid not null,
    kind text not null,
    debit text not null,
    credit text not null,
    amount_cents bigint not null check (amount_cents > 0),
    currency text not null,
    payment_id uuid not null,
    family_id uuid not null,
    regie_id uuid not null,
    movement_id uuid not null,
    occurred_at timestamptz not null,
    primary key (tenant_id, entry_id),
    unique (tenant_id, kind, movement_id),
    foreign key (tenant_id, payment_id) references payment,
    constraint ledger_entry_sides_check check ((kind, debit, credit) in (
        ('settlement', 'bank', 'settled'),
        ('surplus', 'bank', 'undecided'),
        ('credit', 'undecided', 'credited'),
        ('return', 'settled', 'bank'),
        ('return', 'undecided', 'bank'),
        ('return', 'credited', 'bank')))
);
create index ledger_entry_payment_idx on ledger_entry (tenant_id, payment_id);
create view ledger_side with (security_invoker = true) as
    select tenant_id, entry_id, payment_id, family_id, regie_id, currency, debit as account, amount_cents as cents
    from ledger_entry
    union all
    select tenant_id, entry_id, payment_id, family_id, regie_id, currency, credit, -amount_cents
    from ledger_entry
"""
# An entry has one amount and two sides: it cannot be out of balance. What is written stays.
# A refund is asked for only of what was taken and not given back nor about to be: the transaction's row lock orders
# those who ask at once.
FUNCTIONS = (
    """
    create function refuse_ledger_change() returns trigger language plpgsql as $$
        begin raise exception 'the ledger is never changed nor deleted' using errcode = 'restrict_violation'; end
    $$
    """,
    """
    create trigger ledger_entry_kept before update or delete on ledger_entry
        for each row execute function refuse_ledger_change()
    """,
    """
    create function refuse_excess_refund() returns trigger language plpgsql as $$
        declare
            left_cents bigint;
        begin
            select t.amount_cents into left_cents from bank_transaction t
                where t.tenant_id = new.tenant_id and t.protocol = new.protocol and t.site = new.site
                and t.transaction_id = new.transaction_id for update;
            left_cents := left_cents
                - coalesce((select sum(r.amount_cents) from refund r
                    where r.tenant_id = new.tenant_id and r.protocol = new.protocol and r.site = new.site
                    and r.transaction_id = new.transaction_id and r.status <> 'refused'), 0)
                - coalesce((select sum(b.amount_cents) from bank_reversal b
                    where b.tenant_id = new.tenant_id and b.protocol = new.protocol and b.site = new.site
                    and b.transaction_id = new.transaction_id and b.refund_id is null), 0);
            if new.amount_cents > left_cents then
                raise exception 'more is given back than was taken' using errcode = 'check_violation';
            end if;
            return new;
        end
    $$
    """,
    """
    create trigger refund_within_payment before insert on refund
        for each row execute function refuse_excess_refund()
    """,
)
# What happened before the ledger began is entered once.
PAST = """
insert into ledger_entry
    select t.tenant_id, gen_random_uuid(), case t.outcome when 'settled' then 'settlement' else 'surplus' end, 'bank',
        case t.outcome when 'settled' then 'settled' else 'undecided' end, t.amount_cents, t.currency, t.payment_id,
        p.family_id, p.regie_id, t.movement_id, t.accepted_at
    from bank_transaction t join payment p using (tenant_id, payment_id) where t.amount_cents > 0;
insert into ledger_entry
    select b.tenant_id, gen_random_uuid(), 'return', case t.outcome when 'settled' then 'settled' else 'undecided' end,
        'bank', b.amount_cents, t.currency, b.payment_id, p.family_id, p.regie_id, b.movement_id, b.recorded_at
    from bank_reversal b join payment p using (tenant_id, payment_id)
    join bank_transaction t using (tenant_id, protocol, site, transaction_id) where b.amount_cents > 0;
alter table bank_reversal force row level security;
alter table bank_transaction force row level security;
alter table payment force row level security
"""
