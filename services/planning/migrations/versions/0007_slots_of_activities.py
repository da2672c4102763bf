"""What slots, groups and limits an activity has, and what decides the group of a member."""

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS = """
alter table member add column birth_date date, add column school text;
alter table activity add column slots jsonb not null default '[]';
alter table entitlement_price add column slot_prices jsonb not null default '{}';
alter table activity_calendar
    add column slots jsonb not null default '{}',
    add column groups jsonb not null default '[]',
    add column overbooking_percent int not null default 0 check (overbooking_percent between 0 and 100)
"""


def upgrade() -> None:
    for statement in STATEMENTS.strip().split(";\n"):
        op.execute(statement)
