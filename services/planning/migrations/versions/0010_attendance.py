"""Absences announced after the cancelling limit, what the town decides of them, and whether the day is billed."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0010"
down_revision = "0009"

TABLES = """
alter table activity_calendar add column absence_policy jsonb not null default '{}';
alter table reservation
    add column billed boolean not null default true,
    add column attendance text
        check (attendance in ('absence_announced', 'absent_justified', 'absent_unjustified')),
    add column attendance_at timestamptz,
    add constraint reservation_attendance_at_check check ((attendance is null) = (attendance_at is null));
alter table trail
    drop constraint trail_action_check,
    add constraint trail_action_check check (action in ('book', 'cancel', 'absence'));
create table absence (
    tenant_id uuid not null,
    absence_id uuid not null,
    reservation_id uuid not null,
    family_id uuid not null,
    reason text not null,
    document_reference text check (document_reference <> ''),
    sentence text not null check (sentence <> ''),
    announced_at timestamptz not null,
    primary key (tenant_id, absence_id),
    unique (tenant_id, reservation_id)
);
create index absence_family_idx on absence (tenant_id, family_id)
"""


def upgrade() -> None:
    for statement in TABLES.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("absence")
