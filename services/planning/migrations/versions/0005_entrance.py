"""The entrance: when each family's turn comes on a day when all come at once."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0005"
down_revision = "0004"

TABLES = """
create table entrance (
    tenant_id uuid not null primary key,
    next_at timestamptz not null       -- when one more would come in, if nobody came in before their time
);
create table entrance_ticket (
    tenant_id uuid not null,
    family_id uuid not null,
    opens_at timestamptz not null,     -- real time: the family's turn
    primary key (tenant_id, family_id)
);
create index entrance_ticket_opens_at_idx on entrance_ticket (tenant_id, opens_at)
"""

ENTER = """
create function enter(
    families uuid[],             -- who comes, first come first
    at timestamptz,
    apart interval,              -- one family after another, once the crowd is in
    at_once int,                 -- families that come in before that
    good_for interval            -- how long a turn lasts
) returns table (family_id uuid, opens_at timestamptz)
-- The families' turns. One whose turn is not over keeps it; the others are given the next ones. Commit at once: the
-- commune's row is locked.
language plpgsql as $body$
#variable_conflict use_column
declare
    tenant constant uuid := current_setting('app.tenant_id')::uuid;
    first_at timestamptz;
    came int;
begin
    insert into entrance as e (tenant_id, next_at) values (tenant, at)
    on conflict (tenant_id) do update set next_at = greatest(e.next_at, at)
    returning next_at into first_at;

    insert into entrance_ticket as t (tenant_id, family_id, opens_at)
    select tenant, newcomer, greatest(at, first_at + apart * (row_number() over (order by position) - at_once))
    from unnest(families) with ordinality as f (newcomer, position)
    where not exists (
        select from entrance_ticket k
        where k.tenant_id = tenant and k.family_id = newcomer and k.opens_at > at - good_for
    )
    on conflict (tenant_id, family_id) do update set opens_at = excluded.opens_at;
    get diagnostics came = row_count;

    update entrance set next_at = first_at + apart * came where tenant_id = tenant;
    return query
        select family_id, opens_at from entrance_ticket where tenant_id = tenant and family_id = any (families);
end
$body$
"""


def upgrade() -> None:
    for statement in TABLES.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("entrance", "entrance_ticket")
    op.execute(ENTER)
