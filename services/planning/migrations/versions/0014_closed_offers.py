"""Why a day does not take place whose offered place was withdrawn."""

from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.execute("alter table place_offer add column reason text")
