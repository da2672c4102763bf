"""What comparing with planning and payment-gateway shows, and what the comparison reads by.

kept_at: when a reservation was first heard of, so that one booked after a statement is not missed in it.
"""

from alembic import op

from chassis.migrations import create_reconciliation_tables

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_reconciliation_tables()
    op.execute("alter table reservation add column kept_at timestamptz not null default '-infinity'")
    op.execute("create index charge_day_idx on charge (tenant_id, day, reservation_id)")
    op.execute("create index payment_settled_idx on payment (tenant_id, settled_at)")
    op.execute("create index ledger_movement_occurred_idx on ledger_movement (tenant_id, occurred_at)")
