"""What banks announced, is in no payment, and was dealt with; refunds that were not paid out after all."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    for statement in CHANGES.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("unplaced_dealt_with")


CHANGES = """
alter table refund
    drop constraint refund_status_check,
    drop constraint refund_check1,
    add constraint refund_status_check
        check (status in ('in_progress', 'by_hand', 'to_check', 'done', 'refused', 'undone')),
    add constraint refund_ended_check check ((ended_at is not null) = (status in ('done', 'refused', 'undone')));
create table unplaced_dealt_with (
    tenant_id uuid not null,
    message_id uuid not null,
    reason text not null check (length(reason) between 1 and 500),
    dealt_by uuid not null,
    dealt_at timestamptz not null,
    primary key (tenant_id, message_id),
    foreign key (tenant_id, message_id) references bank_message
)
"""
