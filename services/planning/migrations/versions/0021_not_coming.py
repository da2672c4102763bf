"""Who holds a place of a day and is not expected is counted by an index: places only offered, absences announced."""

from alembic import op

revision = "0021"
down_revision = "0020"

INDEX = """
create index reservation_not_coming_idx on reservation (tenant_id, day, activity_id, slot, status)
    where status = 'offered' or attendance is not null
"""


def upgrade() -> None:
    op.execute(INDEX)
