"""What is owed of the invoices issued before anybody was told of what comes back is told once."""

from alembic import op

revision = "0007"
down_revision = "0006"

_TELL = """
insert into outbox (id, tenant_id, source, type, subject, sequence, time, body)
    select uuid7(), i.tenant_id, 'billing', 'billing.invoice_owed_again.v1', i.invoice_id, i.version, now(),
           jsonb_build_object(
               'invoice_id', i.invoice_id, 'number', i.number, 'family_id', i.family_id, 'due_on', i.due_on,
               'left_cents', i.amount_cents - i.paid_cents - i.credited_cents)
    from invoice i left join prompt_invoice p using (tenant_id, invoice_id)
    where i.amount_cents > i.paid_cents + i.credited_cents and p.status is distinct from 'open'
    order by i.tenant_id, i.invoice_id
"""
_TABLES = ("outbox", "invoice", "prompt_invoice")


def upgrade() -> None:
    for table in _TABLES:
        op.execute(f"alter table {table} no force row level security")
    op.execute(_TELL)
    for table in _TABLES:
        op.execute(f"alter table {table} force row level security")
