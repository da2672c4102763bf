"""Money of orders that went back to the family, or did not come after all."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for statement in TABLES.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("payment_return")


# An adhesion stays in force when its money goes back: closing it, and its planning, is for the town hall to decide.
TABLES = """
create table payment_return (
    tenant_id uuid not null,
    movement_id uuid not null,
    payment_id uuid not null,
    kind text not null check (kind in ('refund', 'cancellation', 'rejection')),
    amount_cents int not null check (amount_cents >= 0),
    returned_at timestamptz not null,
    primary key (tenant_id, movement_id),
    foreign key (tenant_id, payment_id) references order_payment
);
create index payment_return_payment_idx on payment_return (tenant_id, payment_id)
"""
