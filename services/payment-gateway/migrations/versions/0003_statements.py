"""When each commune's statement of payments was last made, and the order in which it is read."""

from alembic import op

from chassis.migrations import create_statement_table

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_statement_table()
    op.execute("create index payment_settled_idx on payment (tenant_id, settled_at) where settled_at is not null")
