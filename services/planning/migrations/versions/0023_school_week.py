"""The week days on which a commune's schools are open, where they are not those that most communes have."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0023"
down_revision = "0020"

TABLE = """
create table school_week (
    tenant_id uuid primary key,
    week_days int[] not null check (cardinality(week_days) > 0 and week_days <@ array[0, 1, 2, 3, 4, 5, 6])
)
"""


def upgrade() -> None:
    op.execute(TABLE)
    isolate_tenants("school_week")
    # Deadlines count days of school: a basket judged by another week is judged again.
    op.execute(
        "create trigger calendars_change after insert or update or delete on school_week"
        " for each row execute function change_calendars()"
    )
