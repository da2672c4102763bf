"""The week days of school of a commune, where they are not those of most; closures of some slots only."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0023"
down_revision = "0022"

TABLE = """
create table school_week (
    tenant_id uuid primary key,
    week_days int[] not null check (cardinality(week_days) > 0 and week_days <@ array[0, 1, 2, 3, 4, 5, 6])
)
"""
CLOSED_SLOTS = """
alter table activity_closure
    add column slots text[] not null default '{}',
    drop constraint activity_closure_pkey,
    add primary key (tenant_id, activity_id, from_day, to_day, schools, slots)
"""


def upgrade() -> None:
    op.execute(TABLE)
    isolate_tenants("school_week")
    # Deadlines count days of school: a basket judged by another week is judged again.
    op.execute(
        "create trigger calendars_change after insert or update or delete on school_week"
        " for each row execute function change_calendars()"
    )
    op.execute(CLOSED_SLOTS)
