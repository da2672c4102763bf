"""Messages of the bank may be long, and what they hold is forgotten in time: their digest stays."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    for statement in CHANGES:
        op.execute(statement)


# A digest that were computed from the bytes would change with them. The trigger writes it for the former code too.
CHANGES = (
    "alter table bank_message drop constraint bank_message_raw_check",
    """
    alter table bank_message add constraint bank_message_raw_check
        check (octet_length(raw) <= case when channel = 'answer' then 1000000 else 65536 end)
    """,
    "alter table bank_message alter column digest drop expression",
    """
    create function digest_bank_message() returns trigger language plpgsql as $$
        begin new.digest := sha256(new.raw); return new; end
    $$
    """,
    """
    create trigger bank_message_digested before insert on bank_message
        for each row execute function digest_bank_message()
    """,
    "create index bank_message_kept_idx on bank_message (tenant_id, received_at) where octet_length(raw) > 0",
)
