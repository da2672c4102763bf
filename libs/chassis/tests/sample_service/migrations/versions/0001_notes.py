"""Notes of a commune, and what every service has."""

from alembic import op

from chassis.migrations import create_chassis_tables, create_dead_letters, isolate_tenants

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_chassis_tables("sample")
    create_dead_letters("sample")
    op.execute("create table note (tenant_id uuid not null, id uuid not null, words text, primary key (tenant_id, id))")
    isolate_tenants("note")
