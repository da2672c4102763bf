"""What a payment pays, where another one may pay some of it too."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute("alter table payment add column article_ids uuid[] not null default '{}'")
