"""When each commune's statement of reservations was last made."""

from chassis.migrations import create_statement_table

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    create_statement_table()
