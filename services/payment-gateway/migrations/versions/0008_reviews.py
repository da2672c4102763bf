"""What a bank took back before it told of it, refunds numbered when they are sent, messages that a person must see."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    for statement in CHANGES.strip().split(";\n"):
        op.execute(statement)


# An acceptance of no money has nothing to decide. The index finds what is judged again and what the régie is shown.
CHANGES = """
alter table payment_attempt add column undone_transactions text[] not null default '{}';
alter table refund alter column daily_number drop not null;
alter table bank_transaction no force row level security;
update bank_transaction set decision = 'refunded' where decision = 'to_decide' and amount_cents = 0;
alter table bank_transaction force row level security;
create index bank_message_astray_idx on bank_message (tenant_id, message_id) where verdict in
    ('bad-signature', 'unknown-attempt', 'reference-mismatch', 'other-shop', 'transaction-elsewhere')
"""
