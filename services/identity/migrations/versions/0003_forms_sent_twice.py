"""The form that asked for a reset, and the form that used its link: sent twice, each counts once."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("alter table password_reset add column asked_with bytea, add column used_with bytea")
    op.execute(
        "create unique index password_reset_asked_with_key on password_reset (tenant_id, asked_with)"
        " where asked_with is not null"
    )
