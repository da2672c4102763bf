"""Documents joined to absences, sealed; what is announced together; a paper that is brought is ticked."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0019"
down_revision = "0018"

# Each absence announced before is an announcement of its own. Defaults and conversions of columns are done to every row
# by PostgreSQL itself, whichever commune's it is.
TABLES = """
alter table absence
    add column announcement_id uuid not null default gen_random_uuid(),
    drop constraint absence_document_reference_check,
    alter column document_reference type boolean using document_reference is not null,
    alter column document_reference set not null;
alter table absence alter column announcement_id drop default;
alter table absence rename column document_reference to on_paper;
create index absence_announcement_idx on absence (tenant_id, announcement_id);
create table absence_document (
    tenant_id uuid not null,
    document_id uuid not null,
    announcement_id uuid not null,
    family_id uuid not null,
    file_name text not null check (length(file_name) between 1 and 120),
    media_type text not null check (media_type in ('application/pdf', 'image/jpeg', 'image/png')),
    size_bytes int not null check (size_bytes between 1 and 5 * 1024 * 1024),
    sealed bytea not null,
    sent_at timestamptz not null,
    primary key (tenant_id, document_id),
    constraint absence_document_sealed_check check (octet_length(sealed) = size_bytes + 12 + 16)
);
alter table absence_document alter column sealed set storage external;
create index absence_document_announcement_idx on absence_document (tenant_id, announcement_id)
"""


def upgrade() -> None:
    for statement in TABLES.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("absence_document")
