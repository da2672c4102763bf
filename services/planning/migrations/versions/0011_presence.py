"""Who was ticked present or absent, by whom and when; marks are added, the latest of a child holds."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0011"
down_revision = "0010"

TABLES = """
create table presence_mark (
    tenant_id uuid not null,
    mark_id uuid not null,
    member_id uuid not null,
    activity_id uuid not null,
    day date not null,
    slot text not null check (slot <> ''),
    present boolean not null,
    marked_at timestamptz not null,   -- by the clock of who ticked, never later than received_at
    received_at timestamptz not null,
    account_id uuid not null,
    primary key (tenant_id, mark_id)
);
create index presence_mark_slot_idx on presence_mark (tenant_id, activity_id, day, slot, member_id, marked_at desc)
"""


def upgrade() -> None:
    for statement in TABLES.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("presence_mark")
    op.execute("revoke update, delete on presence_mark from planning_app")
