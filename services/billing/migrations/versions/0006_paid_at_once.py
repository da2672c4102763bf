"""Invoices of what was booked to be paid at once.

charge.basket_id, pay_until: of a day that is invoiced on the spot, with the others of its basket to be paid by then.
prompt_invoice: until when such an invoice is to be paid, and what became of that.
"""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0006"
down_revision = "0005"

CHANGES = """
alter table charge
    add column basket_id uuid,
    add column pay_until timestamptz,
    add constraint charge_prompt_check check ((basket_id is null) = (pay_until is null));
create index charge_prompt_idx on charge (tenant_id, basket_id) where basket_id is not null;
alter table invoicing_run
    add column basket_id uuid,
    drop constraint invoicing_run_check,
    add constraint invoicing_run_cause_check check (num_nonnulls(requested_by, basket_id) = (not automatic)::int);
create table prompt_invoice (
    tenant_id uuid not null,
    invoice_id uuid not null,
    pay_until timestamptz not null,
    status text not null check (status in ('open', 'paid', 'lapsed')),
    primary key (tenant_id, invoice_id),
    foreign key (tenant_id, invoice_id) references invoice
);
create index prompt_invoice_open_idx on prompt_invoice (tenant_id, pay_until) where status = 'open'
"""


def upgrade() -> None:
    for statement in CHANGES.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("prompt_invoice")
