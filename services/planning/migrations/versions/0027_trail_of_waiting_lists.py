"""The trail says who joined or left a waiting list, and who let a place go."""

from alembic import op

revision = "0027"
down_revision = "0026"

STATEMENTS = """
alter table trail
    drop constraint trail_action_check,
    add constraint trail_action_check check (
        action in ('book', 'cancel', 'absence', 'charge', 'charge_back', 'wait', 'wait_no_more', 'decline')
    )
"""


def upgrade() -> None:
    op.execute(STATEMENTS)
