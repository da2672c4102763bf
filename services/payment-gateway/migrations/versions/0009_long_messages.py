"""Messages of the bank's REST API are long."""

from alembic import op

revision = "0009"
down_revision = "0007"


def upgrade() -> None:
    for statement in CHANGES.strip().split(";\n"):
        op.execute(statement)


CHANGES = """
alter table bank_message drop constraint bank_message_raw_check;
alter table bank_message add constraint bank_message_raw_check
    check (octet_length(raw) <= case when channel = 'answer' then 1000000 else 65536 end)
"""
