"""Late departures on the list of the day, and every supplement that it brings as a charge of its own."""

from alembic import op

revision = "0020"
down_revision = "0019"

# What was charged and is taken back stays as it is; charged again it is another charge, at the price of then.
STATEMENTS = """
alter table presence_mark
    add column left_at time,
    add column late_minutes int check (late_minutes >= 0),
    add constraint presence_mark_left_check check (left_at is null or present);
alter table presence_charge
    add column kind text not null default 'unbooked' check (kind in ('unbooked', 'absent', 'late')),
    add column words text not null default 'présence sans réservation' check (words <> ''),
    drop constraint presence_charge_tenant_id_member_id_activity_id_day_slot_key;
create unique index presence_charge_once_idx
    on presence_charge (tenant_id, member_id, activity_id, day, slot, kind) where status = 'booked';
alter table trail
    drop constraint trail_action_check,
    add constraint trail_action_check check (action in ('book', 'cancel', 'absence', 'charge', 'charge_back'))
"""


def upgrade() -> None:
    for statement in STATEMENTS.strip().split(";\n"):
        op.execute(statement)
