"""Mails that say the same in HTML; receipts, and refusals that are told only when nothing is paid after them."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for statement in CHANGES.strip().split(";\n"):
        op.execute(statement)


CHANGES = """
alter table mail
    add column html text,
    add column kind text not null default 'notice' check (kind in ('notice', 'receipt', 'refusal')),
    add column family_id uuid,
    add column payment_id uuid,
    add check ((kind = 'notice') = (payment_id is null) and (kind = 'notice') = (family_id is null)),
    drop constraint mail_state_check,
    add constraint mail_state_check check (state in ('waiting', 'sent', 'failed', 'withdrawn'));
create index mail_receipt_idx on mail (tenant_id, family_id, mail_id) where kind = 'receipt'
"""
