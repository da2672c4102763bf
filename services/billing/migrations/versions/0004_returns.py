"""What a payment's money became, money that went back, credit notes, surplus money; the account in double entry."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for statement in CHANGES.strip().split(";\n"):
        op.execute(statement)
    for function in FUNCTIONS:
        op.execute(function)
    for statement in TRIGGERS.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("payment_use", "payment_return", "surplus")


# payment_use: where the money of a source (a payment, or a surplus that was credited) lies: on an invoice, or at the
# family's credit where invoice_id is null. What is taken back is a negative line.
CHANGES = """
alter table invoice
    add column credited_cents bigint not null default 0 check (credited_cents >= 0),
    add constraint invoice_settled_check check (paid_cents + credited_cents <= amount_cents);
create table payment_use (
    tenant_id uuid not null,
    use_id bigint generated always as identity,
    source_id uuid not null,
    family_id uuid not null,
    invoice_id uuid,
    cents bigint not null check (cents <> 0),
    movement_id uuid not null,
    primary key (tenant_id, use_id),
    foreign key (tenant_id, invoice_id) references invoice
);
create index payment_use_source_idx on payment_use (tenant_id, source_id);
create index payment_use_invoice_idx on payment_use (tenant_id, invoice_id);
create index payment_use_family_idx on payment_use (tenant_id, family_id);
create table payment_return (
    tenant_id uuid not null,
    movement_id uuid not null,
    source_id uuid not null,
    payment_id uuid not null,
    family_id uuid not null,
    purpose text not null check (purpose in ('adhesion_order', 'invoices')),
    kind text not null check (kind in ('refund', 'cancellation', 'rejection')),
    is_surplus boolean not null,
    amount_cents bigint not null check (amount_cents >= 0),
    returned_at timestamptz not null,
    primary key (tenant_id, movement_id)
);
create index payment_return_source_idx on payment_return (tenant_id, source_id);
create index payment_return_family_idx on payment_return (tenant_id, family_id);
create table surplus (
    tenant_id uuid not null,
    surplus_id uuid not null,
    payment_id uuid not null,
    family_id uuid not null,
    label text not null,
    amount_cents bigint not null check (amount_cents >= 0),
    decision text not null check (decision in ('to_decide', 'credited', 'refunded')),
    version bigint not null,
    received_at timestamptz not null,
    primary key (tenant_id, surplus_id)
);
create index surplus_family_idx on surplus (tenant_id, family_id);
alter table ledger_movement drop constraint ledger_movement_kind_check;
alter table ledger_movement drop constraint ledger_movement_side_check;
alter table ledger_movement
    add constraint ledger_movement_kind_check check (kind in
        ('invoice', 'adhesion', 'payment', 'credit', 'surplus', 'refund', 'rejection', 'credit_note')),
    add constraint ledger_movement_side_check
        check (case when kind in ('invoice', 'adhesion', 'refund', 'rejection')
                    then debit_cents > 0 and credit_cents = 0
                    else credit_cents > 0 and debit_cents = 0 end),
    add column counterpart text not null generated always as
        (case when kind in ('invoice', 'adhesion', 'credit_note') then 'income' else 'bank' end) stored;
create view ledger_side with (security_invoker = true) as
    select tenant_id, movement_id, family_id, 'family' as account, debit_cents - credit_cents as cents
    from ledger_movement
    union all
    select tenant_id, movement_id, family_id, counterpart, credit_cents - debit_cents from ledger_movement;
alter table payment_use no force row level security;
alter table invoice no force row level security;
alter table invoice_payment no force row level security;
alter table invoice_payment_item no force row level security;
alter table ledger_movement no force row level security;
insert into payment_use (tenant_id, source_id, family_id, invoice_id, cents, movement_id)
    select tenant_id, payment_id, family_id, invoice_id, cents, payment_id
    from (
        select i.tenant_id, p.payment_id, i.family_id, i.invoice_id,
            least(item.amount_cents, greatest(i.paid_cents - coalesce(sum(item.amount_cents) over (
                partition by i.tenant_id, i.invoice_id order by p.created_at, p.payment_id
                rows between unbounded preceding and 1 preceding), 0), 0)) as cents
        from invoice i join invoice_payment_item item using (tenant_id, invoice_id)
        join invoice_payment p using (tenant_id, invoice_payment_id) where p.status = 'succeeded') past
    where cents > 0;
insert into payment_use (tenant_id, source_id, family_id, invoice_id, cents, movement_id)
    select tenant_id, reference_id, family_id, null, credit_cents, reference_id
    from ledger_movement where kind = 'credit';
alter table invoice force row level security;
alter table invoice_payment force row level security;
alter table invoice_payment_item force row level security;
alter table ledger_movement force row level security
"""
# What an invoice says stays as issued. What was paid on it may be taken back; a credit note is never.
FUNCTIONS = (
    """
    create or replace function refuse_invoice_change() returns trigger language plpgsql as $$
        declare
            moves text[] := array['paid_cents', 'credited_cents', 'version'];
        begin
            if to_jsonb(new) - moves <> to_jsonb(old) - moves
               or new.credited_cents < old.credited_cents or new.version <= old.version then
                raise exception 'an issued invoice is never changed' using errcode = 'restrict_violation';
            end if;
            return new;
        end
    $$
    """,
)
TRIGGERS = """
create trigger payment_use_kept before update or delete on payment_use
    for each row execute function refuse_change();
create trigger payment_return_kept before update or delete on payment_return
    for each row execute function refuse_change()
"""
