"""What families have still to hand in to the town hall, for the whole file and for each member."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    for table in ("family", "member"):
        op.execute(f"alter table {table} add column missing text[] not null default '{{}}'")
