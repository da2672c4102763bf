"""What lists of the day say of a member, found by the member; who came although its absence is excused is billed."""

from alembic import op

revision = "0022"
down_revision = "0021"

STATEMENTS = """
create index presence_mark_member_idx on presence_mark (tenant_id, member_id, day);
alter table presence_charge
    drop constraint presence_charge_kind_check,
    add constraint presence_charge_kind_check check (kind in ('unbooked', 'absent', 'late', 'excused'))
"""


def upgrade() -> None:
    for statement in STATEMENTS.strip().split(";\n"):
        op.execute(statement)
