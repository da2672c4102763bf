"""What banks announced, is in no payment, and was dealt with by somebody of the régie."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.execute(CHANGE)
    isolate_tenants("unplaced_dealt_with")


CHANGE = """
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
