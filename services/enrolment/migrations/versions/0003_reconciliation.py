"""What comparing with payment-gateway shows."""

from chassis.migrations import create_reconciliation_tables

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_reconciliation_tables()
