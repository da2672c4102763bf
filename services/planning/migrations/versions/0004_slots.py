"""A day has slots: draft lines, reservations and counted places are each of one of them."""

from alembic import op

revision = "0004"
down_revision = "0003"

SLOTS = """
alter table draft_line add column slot text not null default 'day' check (slot <> '');
alter table draft_line drop constraint draft_line_pkey;
alter table draft_line add primary key (tenant_id, family_id, member_id, activity_id, day, slot);
alter table reservation add column slot text not null default 'day' check (slot <> '');
drop index reservation_booked_idx;
create unique index reservation_booked_idx on reservation (tenant_id, member_id, activity_id, day, slot)
    where status = 'booked';
alter table place_count add column slot text not null default 'day' check (slot <> '');
alter table place_count drop constraint place_count_pkey;
alter table place_count add primary key (tenant_id, activity_id, day, slot);
drop function commit_basket
"""

COMMIT_BASKET = """
create function commit_basket(
    basket uuid,
    family uuid,
    committed_at timestamptz,
    members uuid[],              -- everyone concerned, sorted
    booked_ids uuid[],           -- the reservations to make: these arrays go together
    booked_members uuid[],
    booked_activities uuid[],
    booked_regies uuid[],
    booked_days date[],
    booked_slots text[],
    booked_prices int[],
    booked_labels text[],
    cancelled_ids uuid[]         -- the family's reservations to cancel
) returns table (refused_slug text, refused_id uuid)
-- Makes and cancels reservations, counts the places and empties the draft. Returns what is refused; the caller then
-- rolls back. Locks are taken in one order everywhere (members, reservations, places, each sorted), so that two
-- baskets never wait for each other; the places, which other families want, come last and are held shortest.
language plpgsql as $body$
#variable_conflict use_column
declare
    tenant constant uuid := current_setting('app.tenant_id')::uuid;
    refused boolean;
    counted_activities uuid[];
    counted_days date[];
    counted_slots text[];
    counted_places int[];
begin
    -- A child of two homes may be booked by both at this moment.
    perform pg_advisory_xact_lock(hashtextextended('member ' || m, 0)) from unnest(members) as m;

    return query
        with wanted as (
            select * from unnest(booked_ids, booked_members, booked_activities, booked_regies, booked_days,
                                 booked_slots, booked_prices, booked_labels)
                as w (reservation_id, member_id, activity_id, regie_id, day, slot, unit_price_cents, tariff_label)
        ), made as (
            insert into reservation (tenant_id, reservation_id, version, basket_id, family_id, member_id, activity_id,
                                     regie_id, day, slot, tariff_label, unit_price_cents, status, booked_at)
            select tenant, reservation_id, 1, basket, family, member_id, activity_id, regie_id, day, slot,
                   tariff_label, unit_price_cents, 'booked', committed_at
            from wanted
            order by member_id, activity_id, day, slot
            on conflict (tenant_id, member_id, activity_id, day, slot) where status = 'booked' do nothing
            returning reservation_id
        )
        select 'already-booked', reservation_id from wanted where reservation_id not in (select * from made);
    refused := found;

    return query
        with cancelled as (
            update reservation
            set status = 'cancelled', cancelled_at = committed_at, version = version + 1
            where tenant_id = tenant and reservation_id = any (cancelled_ids) and family_id = family
              and status = 'booked'
            returning reservation_id
        )
        select 'not-booked', c from unnest(cancelled_ids) as c where c not in (select * from cancelled);
    refused := refused or found;

    insert into place_count (tenant_id, activity_id, day, slot, capacity, booked)
    select distinct tenant, w.activity_id, w.day, w.slot, c.capacity, 0
    from unnest(booked_activities, booked_days, booked_slots) as w (activity_id, day, slot)
    join activity_calendar c on c.tenant_id = tenant and c.activity_id = w.activity_id
    order by 2, 3, 4
    on conflict do nothing;

    select array_agg(activity_id), array_agg(day), array_agg(slot), array_agg(places)
    into counted_activities, counted_days, counted_slots, counted_places
    from (
        select activity_id, day, slot, sum(change)::int as places
        from (
            select activity_id, day, slot, 1 as change
            from unnest(booked_activities, booked_days, booked_slots) as w (activity_id, day, slot)
            union all
            select activity_id, day, slot, -1
            from reservation
            where tenant_id = tenant and reservation_id = any (cancelled_ids)
        ) as changes
        group by activity_id, day, slot
        having sum(change) <> 0
    ) as net;

    perform 1
    from place_count
    where tenant_id = tenant
      and (activity_id, day, slot) in (select * from unnest(counted_activities, counted_days, counted_slots))
    order by activity_id, day, slot
    for update;

    -- After a town lowered the capacity below what was booked, each cancellation lowers the limit of that day.
    return query
        with counted as (
            update place_count p
            set booked = p.booked + n.places,
                capacity = case
                    when c.capacity is null then null
                    when n.places < 0 then greatest(c.capacity, p.booked + n.places)
                    else p.capacity
                end
            from unnest(counted_activities, counted_days, counted_slots, counted_places)
                as n (activity_id, day, slot, places)
            join activity_calendar c on c.tenant_id = tenant and c.activity_id = n.activity_id
            where p.tenant_id = tenant and p.activity_id = n.activity_id and p.day = n.day and p.slot = n.slot
              and (n.places < 0 or p.capacity is null or p.booked + n.places <= p.capacity)
            returning p.activity_id, p.day, p.slot
        )
        select 'day-full', w.reservation_id
        from unnest(booked_ids, booked_activities, booked_days, booked_slots)
            as w (reservation_id, activity_id, day, slot)
        join unnest(counted_activities, counted_days, counted_slots) as n (activity_id, day, slot)
            on n.activity_id = w.activity_id and n.day = w.day and n.slot = w.slot
        where (w.activity_id, w.day, w.slot) not in (select * from counted);
    refused := refused or found;

    if not refused then
        delete from draft_line where tenant_id = tenant and family_id = family;
    end if;
end
$body$
"""


def upgrade() -> None:
    for statement in SLOTS.strip().split(";\n"):
        op.execute(statement)
    op.execute(COMMIT_BASKET)
