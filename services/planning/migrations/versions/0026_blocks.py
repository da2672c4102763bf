"""What closes an activity to a family: what is missing of its file, and invoices that are overdue."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0026"
down_revision = "0025"

CHANGES = """
alter table family add column missing text[] not null default '{}';
alter table member add column missing text[] not null default '{}';
alter table activity_calendar
    add column needs_complete_file boolean not null default false,
    add column arrears_after_days int check (arrears_after_days between 1 and 365);
-- due_on null: nothing is left to pay.
create table owed_invoice (
    tenant_id uuid not null,
    invoice_id uuid not null,
    family_id uuid not null,
    version bigint not null,
    number text not null,
    due_on date,
    left_cents bigint not null,
    primary key (tenant_id, invoice_id),
    check ((due_on is null) = (left_cents = 0))
);
create index owed_invoice_family_idx on owed_invoice (tenant_id, family_id) where due_on is not null
"""


def upgrade() -> None:
    for statement in CHANGES.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("owed_invoice")
