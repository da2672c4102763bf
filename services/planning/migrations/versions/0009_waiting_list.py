"""The waiting list: who waits for a place, to whom one is offered, and which slots may have places to give."""

from alembic import op

from chassis.migrations import isolate_tenants

revision = "0009"
down_revision = "0008"

TABLES = """
alter table activity_calendar add column waiting_list jsonb not null default '{}';
alter table reservation
    drop constraint reservation_status_check,
    add constraint reservation_status_check check (status in ('booked', 'cancelled', 'offered'));
create unique index reservation_offered_idx on reservation (tenant_id, member_id, activity_id, day, slot)
    where status = 'offered';
create table waiting (
    tenant_id uuid not null,
    waiting_id uuid not null,
    family_id uuid not null,
    member_id uuid not null,
    activity_id uuid not null,
    day date not null,
    slot text not null default 'day' check (slot <> ''),
    joined_at timestamptz not null,
    points int not null default 0,    -- as last reckoned; the order of those of one slot
    primary key (tenant_id, waiting_id),
    unique (tenant_id, member_id, activity_id, day, slot)
);
create index waiting_order_idx on waiting (tenant_id, activity_id, day, slot, points, joined_at, waiting_id);
create index waiting_family_idx on waiting (tenant_id, family_id);
create index waiting_day_idx on waiting (tenant_id, day);
create table place_offer (
    tenant_id uuid not null,
    offer_id uuid not null,
    reservation_id uuid not null,
    family_id uuid not null,
    member_id uuid not null,
    activity_id uuid not null,
    day date not null,
    slot text not null default 'day' check (slot <> ''),
    joined_at timestamptz not null,
    offered_at timestamptz not null,
    expires_at timestamptz,           -- null: confirmed at once
    status text not null check (status in ('offered', 'accepted', 'declined', 'lapsed', 'withdrawn', 'confirmed')),
    ended_at timestamptz,
    primary key (tenant_id, offer_id),
    check ((status = 'offered') = (ended_at is null)),
    check ((status = 'confirmed') = (expires_at is null))
);
create unique index place_offer_open_idx on place_offer (tenant_id, member_id, activity_id, day, slot)
    where status = 'offered';
create index place_offer_expiry_idx on place_offer (tenant_id, expires_at) where status = 'offered';
create index place_offer_family_idx on place_offer (tenant_id, family_id, day);
create index place_offer_slot_idx on place_offer (tenant_id, activity_id, day, slot);
create table freed_slot (
    tenant_id uuid not null,
    mark_id bigint generated always as identity,
    activity_id uuid not null,
    day date not null,
    slot text not null,
    primary key (tenant_id, mark_id)
);
create table member_points (
    tenant_id uuid not null,
    member_id uuid not null,
    points int not null check (points between 1 and 1000),
    reason text not null check (reason <> ''),
    primary key (tenant_id, member_id)
)
"""

NOTE_FREED = """
create function note_freed_places() returns trigger language plpgsql as $body$
-- Whatever gives a place back says so in its own transaction, where somebody waits for it. A row more each time: those
-- who give back never wait for one another, nor for who gives the places on.
begin
    insert into freed_slot (tenant_id, activity_id, day, slot)
    select new.tenant_id, new.activity_id, new.day, new.slot
    where exists (
        select 1 from waiting w
        where (w.tenant_id, w.activity_id, w.day, w.slot) = (new.tenant_id, new.activity_id, new.day, new.slot));
    return null;
end
$body$
"""
FREED = """
create trigger freed_places after update on place_count for each row
    when (new.booked < old.booked) execute function note_freed_places()
"""

HOLD_PLACES = """
create function hold_places(
    activities uuid[],           -- these arrays go together: each names a counter of a slot once
    days date[],
    slots text[],
    counters text[],
    places int[],                -- taken of it; given back when negative
    limits int[]                 -- how far it may go; null: it only counts
) returns boolean
-- Takes and gives back places of counters, all together; false, and nothing is changed, where a limit would be passed.
-- Rows are locked in the order in which ``commit_baskets`` locks them, and last in a transaction as there.
language plpgsql as $body$
#variable_conflict use_column
declare
    tenant constant uuid := current_setting('app.tenant_id')::uuid;
begin
    insert into place_count (tenant_id, activity_id, day, slot, counter, capacity, booked)
    select tenant, activity_id, day, slot, counter, most, 0
    from unnest(activities, days, slots, counters, places, limits) as t (activity_id, day, slot, counter, places, most)
    where places > 0
    order by activity_id, day, slot, counter
    on conflict do nothing;

    perform 1
    from unnest(activities, days, slots, counters) as t (activity_id, day, slot, counter)
    join place_count p using (activity_id, day, slot, counter)
    where p.tenant_id = tenant
    order by activity_id, day, slot, counter
    for update of p;

    if exists (
        select 1
        from unnest(activities, days, slots, counters, places, limits)
            as t (activity_id, day, slot, counter, places, most)
        join place_count p using (activity_id, day, slot, counter)
        where p.tenant_id = tenant and places > 0 and p.booked + places > most
    ) then
        return false;
    end if;

    -- After a town lowered a limit below what was booked, each place given back lowers the count that may not be
    -- passed.
    update place_count p
    set booked = p.booked + t.places,
        capacity = greatest(t.most, case when t.most is not null then p.booked + t.places end)
    from unnest(activities, days, slots, counters, places, limits) as t (activity_id, day, slot, counter, places, most)
    where p.tenant_id = tenant and p.activity_id = t.activity_id and p.day = t.day and p.slot = t.slot
      and p.counter = t.counter;
    return true;
end
$body$
"""


def upgrade() -> None:
    for statement in TABLES.strip().split(";\n"):
        op.execute(statement)
    isolate_tenants("waiting", "place_offer", "freed_slot", "member_points")
    for statement in (NOTE_FREED, FREED, HOLD_PLACES):
        op.execute(statement)
