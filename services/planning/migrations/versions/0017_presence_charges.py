"""What is billed for who was there without having booked: one row for each slot of a day of a child."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0017"
down_revision = "0016"

TABLE = """
create table presence_charge (
    tenant_id uuid not null,
    charge_id uuid not null,
    version int not null check (version > 0),
    family_id uuid not null,
    member_id uuid not null,
    activity_id uuid not null,
    regie_id uuid not null,
    day date not null,
    slot text not null,
    tariff_label text not null,
    unit_price_cents int not null check (unit_price_cents > 0),
    status text not null check (status in ('booked', 'cancelled')),
    changed_at timestamptz not null,
    primary key (tenant_id, charge_id),
    unique (tenant_id, member_id, activity_id, day, slot)
)
"""


def upgrade() -> None:
    op.execute(TABLE)
    op.execute("create index presence_charge_day_idx on presence_charge (tenant_id, day, charge_id)")
    op.execute("create index presence_mark_day_idx on presence_mark (tenant_id, day)")
    isolate_tenants("presence_charge")
