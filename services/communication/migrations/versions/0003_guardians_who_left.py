"""Who has left a family is written to no more; a guardian may be in another family afterwards."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("alter table guardian add column in_family boolean not null default true")
    op.execute("alter table guardian alter column in_family drop default")
    op.execute(
        "alter table guardian drop constraint guardian_pkey, add primary key (tenant_id, family_id, guardian_id)"
    )
    op.execute("drop index guardian_family_idx")
