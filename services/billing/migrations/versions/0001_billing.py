"""Charges, invoices, payments of invoices, the family ledger, and what billing keeps of other services."""

from alembic import op

from chassis.migrations import create_chassis_tables, isolate_tenants

revision = "0001"
down_revision = None

_PROJECTIONS = """
create table family (
    tenant_id uuid not null,
    family_id uuid not null,
    version bigint not null,
    name text not null,
    address_line text not null,
    postal_code text not null,
    city text not null,
    primary key (tenant_id, family_id)
);
-- position: rank in the family file, null while only guardian_changed is known.
-- version: of the family, which guardian_changed carries too.
create table guardian (
    tenant_id uuid not null,
    family_id uuid not null,
    guardian_id uuid not null,
    position int,
    first_name text not null,
    last_name text not null,
    email text,
    version bigint not null,
    primary key (tenant_id, family_id, guardian_id)
);
create table member (
    tenant_id uuid not null,
    member_id uuid not null,
    version bigint not null,
    first_name text not null,
    primary key (tenant_id, member_id)
);
create table activity (
    tenant_id uuid not null,
    activity_id uuid not null,
    version bigint not null,
    name text not null,
    primary key (tenant_id, activity_id)
);
create table regie (
    tenant_id uuid not null,
    regie_id uuid not null,
    known_at timestamptz not null,
    name text not null,
    primary key (tenant_id, regie_id)
);
-- The last version heard of each reservation; what it costs is in charge.
create table reservation (
    tenant_id uuid not null,
    reservation_id uuid not null,
    version bigint not null,
    primary key (tenant_id, reservation_id)
)
"""

_INVOICES = """
create table invoicing_run (
    tenant_id uuid not null,
    run_id uuid not null,
    period date not null check (extract(day from period) = 1),
    automatic boolean not null,
    requested_by uuid check (automatic = (requested_by is null)),
    created_at timestamptz not null,
    primary key (tenant_id, run_id)
);
create unique index invoicing_run_automatic_key on invoicing_run (tenant_id, period) where automatic;
create table invoice_counter (
    tenant_id uuid not null,
    period date not null check (extract(day from period) = 1),
    last_sequence int not null default 0 check (last_sequence >= 0),
    primary key (tenant_id, period)
);
create table invoice (
    tenant_id uuid not null,
    invoice_id uuid not null,
    run_id uuid not null,
    period date not null check (extract(day from period) = 1),
    sequence int not null check (sequence > 0),
    number text not null,
    family_id uuid not null,
    family_name text not null,
    recipient text not null,
    address_line text not null,
    postal_code text not null,
    city text not null,
    regie_id uuid not null,
    regie_name text not null,
    issued_on date not null,
    due_on date not null check (due_on > issued_on),
    amount_cents bigint not null check (amount_cents > 0),
    paid_cents bigint not null default 0 check (paid_cents between 0 and amount_cents),
    version bigint not null default 1,
    primary key (tenant_id, invoice_id),
    unique (tenant_id, number),
    unique (tenant_id, period, sequence),
    unique (tenant_id, run_id, family_id, regie_id),
    foreign key (tenant_id, run_id) references invoicing_run
);
create index invoice_family_idx on invoice (tenant_id, family_id, period desc, sequence desc);
create table invoice_line (
    tenant_id uuid not null,
    invoice_id uuid not null,
    position int not null check (position > 0),
    member_first_name text not null,
    element_name text not null,
    days date[] not null,
    quantity int not null check (quantity <> 0),
    unit_price_cents bigint not null check (unit_price_cents >= 0),
    amount_cents bigint not null,
    primary key (tenant_id, invoice_id, position),
    foreign key (tenant_id, invoice_id) references invoice,
    constraint invoice_line_amount_check check (amount_cents = quantity * unit_price_cents),
    constraint invoice_line_days_check check (cardinality(days) = abs(quantity))
);
create table invoice_pdf (
    tenant_id uuid not null,
    invoice_id uuid not null,
    content bytea not null,
    size_bytes int not null generated always as (octet_length(content)) stored,
    primary key (tenant_id, invoice_id),
    foreign key (tenant_id, invoice_id) references invoice
);
-- quantity -1 gives back a day that was invoiced and cancelled afterwards.
create table charge (
    tenant_id uuid not null,
    charge_id uuid not null,
    reservation_id uuid not null,
    family_id uuid not null,
    regie_id uuid not null,
    member_id uuid not null,
    activity_id uuid not null,
    day date not null,
    element_name text not null,
    tariff_label text not null,
    quantity int not null check (quantity in (1, -1)),
    unit_price_cents bigint not null check (unit_price_cents >= 0),
    amount_cents bigint not null generated always as (quantity * unit_price_cents) stored,
    invoice_id uuid,
    primary key (tenant_id, charge_id),
    foreign key (tenant_id, invoice_id) references invoice
);
create unique index charge_open_key on charge (tenant_id, reservation_id) where invoice_id is null;
create index charge_reservation_idx on charge (tenant_id, reservation_id);
create index charge_to_invoice_idx on charge (tenant_id, family_id, regie_id, day) where invoice_id is null
"""

_PAYMENTS = """
create table invoice_payment (
    tenant_id uuid not null,
    invoice_payment_id uuid not null,
    payment_id uuid not null,
    family_id uuid not null,
    regie_id uuid not null,
    amount_cents bigint not null check (amount_cents > 0),
    status text not null default 'pending'
        check (status in ('pending', 'succeeded', 'refused', 'cancelled', 'expired')),
    settled_sequence bigint not null default 0,
    created_at timestamptz not null,
    primary key (tenant_id, invoice_payment_id),
    unique (tenant_id, payment_id)
);
create index invoice_payment_pending_idx on invoice_payment (tenant_id, family_id) where status = 'pending';
create table invoice_payment_item (
    tenant_id uuid not null,
    invoice_payment_id uuid not null,
    invoice_id uuid not null,
    amount_cents bigint not null check (amount_cents > 0),
    primary key (tenant_id, invoice_payment_id, invoice_id),
    foreign key (tenant_id, invoice_payment_id) references invoice_payment,
    foreign key (tenant_id, invoice_id) references invoice
);
create index invoice_payment_item_invoice_idx on invoice_payment_item (tenant_id, invoice_id);
-- Outcomes of all the family's payments, of invoices and of adhesions, as payment-gateway told them.
create table payment (
    tenant_id uuid not null,
    payment_id uuid not null,
    family_id uuid not null,
    version bigint not null,
    label text not null,
    amount_cents bigint not null,
    status text not null,
    reason text,
    settled_at timestamptz not null,
    primary key (tenant_id, payment_id)
);
create index payment_family_idx on payment (tenant_id, family_id, settled_at desc);
-- Debits are what the family owes, credits what it paid or is given back; the balance is never stored.
create table ledger_movement (
    tenant_id uuid not null,
    movement_id bigint generated always as identity,
    family_id uuid not null,
    occurred_at timestamptz not null,
    kind text not null check (kind in ('invoice', 'adhesion', 'payment', 'credit')),
    reference_id uuid not null,
    label text not null,
    debit_cents bigint not null default 0 check (debit_cents >= 0),
    credit_cents bigint not null default 0 check (credit_cents >= 0),
    primary key (tenant_id, movement_id),
    unique (tenant_id, kind, reference_id),
    constraint ledger_movement_side_check
        check (case when kind in ('invoice', 'adhesion') then debit_cents > 0 and credit_cents = 0
                    else credit_cents > 0 and debit_cents = 0 end)
);
create index ledger_movement_family_idx on ledger_movement (tenant_id, family_id, movement_id)
"""

_FUNCTIONS = [
    # UUIDv7 (RFC 9562): 48 bits of milliseconds over a random UUIDv4, whose version nibble 4 becomes 7.
    """
    create function uuid7() returns uuid language sql volatile as $$
        select encode(set_bit(set_bit(overlay(
            uuid_send(gen_random_uuid())
            placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
            from 1 for 6), 52, 1), 53, 1), 'hex')::uuid
    $$
    """,
    """
    create function refuse_change() returns trigger language plpgsql as $$
        begin raise exception '% is never changed nor deleted', tg_table_name using errcode = 'restrict_violation'; end
    $$
    """,
    # What an invoice says stays as issued; what was paid on it only grows.
    """
    create function refuse_invoice_change() returns trigger language plpgsql as $$
        begin
            if to_jsonb(new) - array['paid_cents', 'version'] <> to_jsonb(old) - array['paid_cents', 'version']
               or new.paid_cents < old.paid_cents or new.version <= old.version then
                raise exception 'an issued invoice is never changed' using errcode = 'restrict_violation';
            end if;
            return new;
        end
    $$
    """,
    # A run switches nested loops off; here each invoice's lines are looked up by key.
    """
    create function refuse_unequal_lines() returns trigger language plpgsql set enable_nestloop = on as $$
        begin
            if exists (
                select from invoice i
                join (select distinct tenant_id, invoice_id from added) a using (tenant_id, invoice_id)
                join lateral (select sum(l.amount_cents) as cents from invoice_line l
                              where l.tenant_id = i.tenant_id and l.invoice_id = i.invoice_id) lines on true
                where lines.cents <> i.amount_cents
            ) then
                raise exception 'the lines of an invoice do not add up to its amount'
                    using errcode = 'check_violation';
            end if;
            return null;
        end
    $$
    """,
]

_TRIGGERS = """
create trigger invoice_kept before update on invoice for each row execute function refuse_invoice_change();
create trigger invoice_not_deleted before delete on invoice for each row execute function refuse_change();
create trigger invoice_line_kept before update or delete on invoice_line
    for each row execute function refuse_change();
create trigger invoice_lines_add_up after insert on invoice_line referencing new table as added
    for each statement execute function refuse_unequal_lines();
create trigger charge_kept before update or delete on charge
    for each row when (old.invoice_id is not null) execute function refuse_change();
create trigger ledger_movement_kept before update or delete on ledger_movement
    for each row execute function refuse_change()
"""

_TENANT_TABLES = (
    "family",
    "guardian",
    "member",
    "activity",
    "regie",
    "reservation",
    "invoicing_run",
    "invoice_counter",
    "invoice",
    "invoice_line",
    "invoice_pdf",
    "charge",
    "invoice_payment",
    "invoice_payment_item",
    "payment",
    "ledger_movement",
)


def upgrade() -> None:
    create_chassis_tables("billing")
    for script in (_PROJECTIONS, _INVOICES, _PAYMENTS):
        _run(script)
    for function in _FUNCTIONS:
        op.execute(function)
    _run(_TRIGGERS)
    isolate_tenants(*_TENANT_TABLES)


def _run(script: str) -> None:
    for statement in script.strip().split(";\n"):
        op.execute(statement)
