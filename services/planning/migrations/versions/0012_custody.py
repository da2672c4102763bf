"""How two homes share a child's days."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0012"
down_revision = "0011"

TABLES = """
create table custody (
    tenant_id uuid not null,
    member_id uuid not null,
    homes uuid[] not null check (cardinality(homes) = 2 and homes[1] <> homes[2]),
    even_weeks uuid check (even_weeks = any (homes)),
    changes_on int not null check (changes_on between 0 and 6),
    first_halves uuid check (first_halves = any (homes)),
    dates jsonb not null,
    changed_at timestamptz not null,
    primary key (tenant_id, member_id),
    foreign key (tenant_id, member_id) references member on delete cascade
)
"""


def upgrade() -> None:
    op.execute(TABLES)
    isolate_tenants("custody")
    # A basket judged by a former custody is not committed: custodies belong to what the calendars' version stands for.
    op.execute(
        "create trigger calendars_change after insert or update or delete on custody"
        " for each row execute function change_calendars()"
    )
