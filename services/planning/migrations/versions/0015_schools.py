"""Closures and extra openings for some schools only."""

from alembic import op

revision = "0015"
down_revision = "0014"

STATEMENTS = """
alter table activity_closure
    add column schools text[] not null default '{}',
    drop constraint activity_closure_pkey,
    add primary key (tenant_id, activity_id, from_day, to_day, schools);
alter table extra_opening
    add column schools text[] not null default '{}',
    drop constraint extra_opening_pkey,
    add primary key (tenant_id, activity_id, day, schools);
create trigger calendars_change after update on member
    for each row when ((old.school, old.birth_date) is distinct from (new.school, new.birth_date))
    execute function change_calendars()
"""
# What is judged by a member's school or age, and committed after either has changed, is judged again.


def upgrade() -> None:
    for statement in STATEMENTS.strip().split(";\n"):
        op.execute(statement)
