"""What a member eats at a meal; never why."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(
        "alter table member add column diet text not null default 'standard'"
        " check (diet in ('standard', 'without_meat', 'own_meal'))"
    )
