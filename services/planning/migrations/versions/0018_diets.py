"""What a member eats at a meal, for the kitchen's counts."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.execute("alter table member add column diet text not null default 'standard'")
