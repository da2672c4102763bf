"""The régie of a surplus: a credit pays invoices of the régie that holds its money."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("alter table surplus add column regie_id uuid")
