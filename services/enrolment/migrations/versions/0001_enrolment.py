"""Families, activities, orders, adhesions and their prices."""

from alembic import op

from chassis.migrations import create_chassis_tables, isolate_tenants

revision = "0001"
down_revision = None

_TABLES = (
    "family",
    "guardian",
    "guardian_account",
    "member",
    "member_family",
    "regie",
    "activity",
    "adhesion_order",
    "order_payment",
    "adhesion",
    "adhesion_price",
    "surplus_payment",
)


def upgrade() -> None:
    create_chassis_tables("enrolment")
    for statement in (_FAMILIES + _ACTIVITIES + _ORDERS).strip().split(";\n"):
        op.execute(statement)
    isolate_tenants(*_TABLES)


_FAMILIES = """
create table family (
    tenant_id uuid not null,
    family_id uuid not null,
    name text not null,
    address_line text not null,
    postal_code text not null,
    city text not null,
    quotient_familial int check (quotient_familial >= 0),
    version bigint not null check (version >= 0),
    primary key (tenant_id, family_id)
);
create index family_name_idx on family (tenant_id, lower(name), family_id);
create table guardian (
    tenant_id uuid not null,
    guardian_id uuid not null,
    family_id uuid not null,
    position int not null,
    first_name text not null,
    last_name text not null,
    email text,
    phone text,
    primary key (tenant_id, guardian_id),
    foreign key (tenant_id, family_id) references family
);
create index guardian_family_idx on guardian (tenant_id, family_id);
create table guardian_account (
    tenant_id uuid not null,
    guardian_id uuid not null,
    account_id uuid not null,
    user_name text not null,
    sequence bigint not null,
    primary key (tenant_id, guardian_id)
);
create table member (
    tenant_id uuid not null,
    member_id uuid not null,
    kind text not null check (kind in ('child', 'adult')),
    first_name text not null,
    last_name text not null,
    birth_date date not null,
    school text,
    version bigint not null check (version >= 0),
    primary key (tenant_id, member_id)
);
create table member_family (
    tenant_id uuid not null,
    family_id uuid not null,
    member_id uuid not null,
    position int not null,
    primary key (tenant_id, family_id, member_id),
    foreign key (tenant_id, family_id) references family,
    foreign key (tenant_id, member_id) references member
);
create index member_family_member_idx on member_family (tenant_id, member_id);
"""

_ACTIVITIES = """
create table regie (
    tenant_id uuid not null,
    regie_id uuid not null,
    name text not null,
    primary key (tenant_id, regie_id)
);
create table activity (
    tenant_id uuid not null,
    activity_id uuid not null,
    name text not null,
    element_name text not null,
    description text not null,
    category text not null,
    season text not null,
    opens_on date not null,
    closes_on date not null,
    regie_id uuid not null,
    immediate_payment boolean not null,
    member_kind text not null check (member_kind in ('child', 'adult')),
    min_age int check (min_age >= 0),
    max_age int check (max_age >= 0),
    schools text[] not null,
    adhesion_fee_cents int not null check (adhesion_fee_cents >= 0),
    tariff_label text not null,
    unit_tariff jsonb not null,
    version bigint not null check (version >= 0),
    primary key (tenant_id, activity_id),
    foreign key (tenant_id, regie_id) references regie,
    check (opens_on < closes_on),
    check (min_age <= max_age)
);
create index activity_regie_idx on activity (tenant_id, regie_id);
"""

_ORDERS = """
create table adhesion_order (
    tenant_id uuid not null,
    order_id uuid not null,
    family_id uuid not null,
    activity_id uuid not null,
    status text not null check (status in ('draft', 'awaiting_payment', 'paid', 'cancelled')),
    payment_id uuid,
    created_at timestamptz not null,
    paid_at timestamptz,
    primary key (tenant_id, order_id),
    foreign key (tenant_id, family_id) references family,
    foreign key (tenant_id, activity_id) references activity,
    check ((status = 'paid') = (paid_at is not null)),
    check (status <> 'awaiting_payment' or payment_id is not null)
);
create index adhesion_order_family_idx on adhesion_order (tenant_id, family_id, order_id);
create table order_payment (
    tenant_id uuid not null,
    payment_id uuid not null,
    order_id uuid not null,
    amount_cents int not null check (amount_cents > 0),
    state text not null check (state in ('requested', 'succeeded', 'refused', 'cancelled', 'expired')),
    reason text,
    sequence bigint not null check (sequence >= 0),
    requested_at timestamptz not null,
    primary key (tenant_id, payment_id),
    foreign key (tenant_id, order_id) references adhesion_order
);
create unique index order_payment_one_open_key on order_payment (tenant_id, order_id) where state = 'requested';
alter table adhesion_order
    add foreign key (tenant_id, payment_id) references order_payment;
create table adhesion (
    tenant_id uuid not null,
    adhesion_id uuid not null,
    order_id uuid not null,
    position int not null,
    family_id uuid not null,
    member_id uuid not null,
    activity_id uuid not null,
    status text not null check (status in ('draft', 'awaiting_payment', 'active', 'cancelled')),
    amount_cents int not null check (amount_cents >= 0),
    valid_from date,
    valid_until date,
    paid_at timestamptz,
    version bigint not null check (version >= 0),
    primary key (tenant_id, adhesion_id),
    foreign key (tenant_id, order_id) references adhesion_order,
    foreign key (tenant_id, family_id) references family,
    foreign key (tenant_id, member_id) references member,
    foreign key (tenant_id, activity_id) references activity,
    unique (tenant_id, order_id, member_id),
    check ((status = 'active') = (paid_at is not null)),
    check ((status = 'active') = (valid_from is not null and valid_until is not null and valid_from <= valid_until))
);
create unique index adhesion_one_active_key on adhesion (tenant_id, family_id, member_id, activity_id)
    where status = 'active';
create unique index adhesion_one_open_key on adhesion (tenant_id, family_id, member_id, activity_id)
    where status in ('draft', 'awaiting_payment');
create index adhesion_family_idx on adhesion (tenant_id, family_id);
create index adhesion_activity_idx on adhesion (tenant_id, activity_id) where status = 'active';
create table adhesion_price (
    tenant_id uuid not null,
    adhesion_id uuid not null,
    effective_from date not null,
    unit_price_cents int not null check (unit_price_cents >= 0),
    tariff_label text not null,
    primary key (tenant_id, adhesion_id, effective_from),
    foreign key (tenant_id, adhesion_id) references adhesion
);
create table surplus_payment (
    tenant_id uuid not null,
    payment_id uuid not null,
    order_id uuid not null,
    family_id uuid not null,
    amount_cents int not null check (amount_cents > 0),
    reason text not null check (reason in ('order_already_paid', 'already_enrolled')),
    settled_at timestamptz not null,
    primary key (tenant_id, payment_id),
    foreign key (tenant_id, payment_id) references order_payment,
    foreign key (tenant_id, order_id) references adhesion_order,
    foreign key (tenant_id, family_id) references family
);
"""
