"""Activities have slots, and adhesions a price for each of them."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("alter table activity add column slots jsonb not null default '[]'")
    op.execute("alter table adhesion_price add column slot_prices jsonb not null default '{}'")
