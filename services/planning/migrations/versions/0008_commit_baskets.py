"""Baskets of several families committed at once, places counted by counter, and a version of what towns decide."""

from alembic import op

from chassis.migrations import isolate_tenants, renew_isolation

revision = "0008"
down_revision = "0007"

COUNTERS = """
alter table reservation add column counters text[] not null default array['']
    check (cardinality(counters) > 0);
alter table place_count add column counter text not null default '';
alter table place_count drop constraint place_count_pkey;
alter table place_count add primary key (tenant_id, activity_id, day, slot, counter);
drop function commit_basket
"""

CALENDAR_VERSION = """
create sequence calendar_version_seq;
create table calendar_version (
    tenant_id uuid primary key,
    version bigint not null
);
-- Of a commune's activities, calendars and holidays. A number is never used twice, not even by a transaction that is
-- rolled back: what was read under a number stays what that number stands for.
create function change_calendars() returns trigger language plpgsql as $body$
begin
    insert into calendar_version (tenant_id, version)
    values (case when tg_op = 'DELETE' then old.tenant_id else new.tenant_id end, nextval('calendar_version_seq'))
    on conflict (tenant_id) do update set version = excluded.version;
    return null;
end
$body$
"""

CALENDAR_TABLES = (
    *("activity", "activity_calendar", "activity_closure", "extra_opening"),
    *("holiday_year", "school_holiday", "public_holiday"),
)
"""What is read of a commune only when its version has changed (``planning.adapters.commune_calendars``)."""

COMMIT_BASKETS = """
create function commit_baskets(
    tenant uuid,
    event_source text,
    -- The baskets, each of one family; the others name a basket by its place in these arrays, from 1.
    basket_ids uuid[],
    families uuid[],
    instants timestamptz[],
    versions bigint[],            -- of the calendars the family's days were judged by
    event_ids uuid[],
    event_types text[],
    event_bodies text[],
    traceparents text[],
    actors text[],                -- who commits, for the trail
    accounts uuid[],
    guardians uuid[],
    keys text[],                  -- the request's and its answer; null without key
    request_hashes bytea[],
    answers bytea[],
    -- What the drafts held when they were read.
    drafted_baskets int[],
    drafted_lines uuid[],
    drafted_actions text[],
    -- The reservations to make. ``booked_counters``: the array of each, as text.
    booked_baskets int[],
    booked_ids uuid[],
    booked_members uuid[],
    booked_activities uuid[],
    booked_regies uuid[],
    booked_days date[],
    booked_slots text[],
    booked_prices int[],
    booked_labels text[],
    booked_counters text[],
    -- The reservations to cancel.
    cancelled_baskets int[],
    cancelled_ids uuid[],
    cancelled_versions int[],
    members uuid[],               -- everyone concerned by any basket
    -- Slots that a basket's member cannot have beside what it books.
    excluded_baskets int[],
    excluded_members uuid[],
    excluded_activities uuid[],
    excluded_days date[],
    excluded_slots text[],
    -- Places taken (given back when negative) of each counter by each basket, and the counter's limit, null for none.
    taken_baskets int[],
    taken_activities uuid[],
    taken_days date[],
    taken_slots text[],
    taken_counters text[],
    taken_places int[],
    taken_limits int[],
    -- What is added to the trail. ``traced_days``: the array of each, as text.
    traced_baskets int[],
    traced_ids uuid[],
    traced_actions text[],
    traced_members uuid[],
    traced_activities uuid[],
    traced_slots text[],
    traced_days text[]
) returns setof int
-- Commits baskets, each whole or not at all: makes and cancels reservations, counts places, empties drafts, writes the
-- events and the answers kept for their keys. Returns the places of those committed. Of the others nothing is written:
-- what they were judged by has changed, or what they want was taken by then, if only by one before them in this call.
-- Their families' days are to be looked at again, which says why.
--
-- Locks are taken in one order everywhere (drafts, calendars, members, reservations, places, each sorted), so that two
-- calls never wait for each other; the places, which everyone wants, come last and are held shortest.
--
-- Every row is found by its key, whatever the arrays: planned once, by indexes, also while the tables are still small.
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $body$
#variable_conflict use_column
declare
    present_version bigint;
    goes boolean[];               -- by basket
begin
    perform set_config('app.tenant_id', tenant::text, true);
    perform pg_advisory_xact_lock(hashtextextended('draft ' || f, 0))
    from (select distinct f::text as f from unnest(families) as f order by 1) as sorted;
    perform pg_advisory_xact_lock_shared(hashtextextended('calendars ' || tenant, 0));
    perform pg_advisory_xact_lock(hashtextextended('member ' || m, 0))
    from (select distinct m::text as m from unnest(members) as m order by 1) as sorted;
    select coalesce(max(version), 0) into present_version from calendar_version where tenant_id = tenant;

    -- One basket of a family at a time, judged by the present calendars, its draft as it was read.
    select array_agg(
        version = present_version and n = array_position(families, family_id)
            and n not in (
                select coalesce(b.n, d.n)
                from (
                    select b.n, l.line_id, l.action
                    from unnest(families) with ordinality as b (family_id, n)
                    join draft_line l on l.tenant_id = tenant and l.family_id = b.family_id
                ) as b
                full join unnest(drafted_baskets, drafted_lines, drafted_actions) as d (n, line_id, action)
                    on (b.n, b.line_id, b.action) = (d.n, d.line_id, d.action)
                where b.n is null or d.n is null
            )
        order by n)
    into goes
    from unnest(families, versions) with ordinality as b (family_id, version, n);

    -- What is to be cancelled is there, as it was read.
    perform 1 from reservation where tenant_id = tenant and reservation_id = any (cancelled_ids)
    order by reservation_id for update;
    select array_agg(
        goes[n] and not exists (
            select 1
            from unnest(cancelled_baskets, cancelled_ids, cancelled_versions) as c (basket, reservation_id, version)
            where c.basket = n and not exists (
                select 1 from reservation r
                where r.tenant_id = tenant and r.reservation_id = c.reservation_id and r.family_id = families[n]
                  and r.version = c.version and r.status = 'booked'))
        order by n)
    into goes
    from generate_subscripts(families, 1) as n;

    -- Nobody has booked the same for the same member, be it the other home in this very call.
    select array_agg(goes[n] and n <> all (clashing.baskets) order by n)
    into goes
    from generate_subscripts(families, 1) as n, (
        select coalesce(array_agg(basket), '{}') as baskets
        from (
            select basket, exists (
                select 1 from reservation r
                where r.tenant_id = tenant and r.member_id = w.member_id and r.activity_id = w.activity_id
                  and r.day = w.day and r.slot = w.slot and r.status = 'booked'
            ) or row_number() over (partition by member_id, activity_id, day, slot order by basket) > 1 as clashes
            from unnest(booked_baskets, booked_members, booked_activities, booked_days, booked_slots)
                as w (basket, member_id, activity_id, day, slot)
            where goes[basket]
        ) as w
        where clashes
    ) as clashing;

    -- Nor a slot that does not go with it, unless this basket cancels that.
    select array_agg(goes[n] and n <> all (clashing.baskets) order by n)
    into goes
    from generate_subscripts(families, 1) as n, (
        select coalesce(array_agg(distinct basket), '{}') as baskets
        from unnest(excluded_baskets, excluded_members, excluded_activities, excluded_days, excluded_slots)
            as x (basket, member_id, activity_id, day, slot)
        where goes[basket] and (
            exists (
                select 1 from reservation r
                where r.tenant_id = tenant and r.member_id = x.member_id and r.activity_id = x.activity_id
                  and r.day = x.day and r.slot = x.slot and r.status = 'booked'
                  and not (r.family_id = families[basket] and r.reservation_id = any (cancelled_ids)))
            or exists (
                select 1
                from unnest(booked_baskets, booked_members, booked_activities, booked_days, booked_slots)
                    as w (other, member_id, activity_id, day, slot)
                where goes[other] and w.other < x.basket and w.member_id = x.member_id
                  and w.activity_id = x.activity_id and w.day = x.day and w.slot = x.slot))
    ) as clashing;

    insert into place_count (tenant_id, activity_id, day, slot, counter, capacity, booked)
    select distinct on (activity_id, day, slot, counter) tenant, activity_id, day, slot, counter, most, 0
    from unnest(taken_baskets, taken_activities, taken_days, taken_slots, taken_counters, taken_places, taken_limits)
        as t (basket, activity_id, day, slot, counter, places, most)
    where goes[basket] and places > 0
    order by activity_id, day, slot, counter
    on conflict do nothing;

    perform 1
    from (
        select distinct activity_id, day, slot, counter
        from unnest(taken_baskets, taken_activities, taken_days, taken_slots, taken_counters)
            as t (basket, activity_id, day, slot, counter)
        where goes[basket]
    ) as t
    join place_count p using (activity_id, day, slot, counter)
    where p.tenant_id = tenant
    order by activity_id, day, slot, counter
    for update of p;

    -- Each fits beside those before it, also should what these give back not be given back.
    select array_agg(goes[n] and n <> all (lacking.baskets) order by n)
    into goes
    from generate_subscripts(families, 1) as n, (
        select coalesce(array_agg(distinct basket), '{}') as baskets
        from (
            select basket, places, most, p.booked,
                   sum(greatest(places, 0)) over (partition by activity_id, day, slot, counter order by basket)
                       as wanted
            from unnest(
                taken_baskets, taken_activities, taken_days, taken_slots, taken_counters, taken_places, taken_limits
            ) as t (basket, activity_id, day, slot, counter, places, most)
            join place_count p using (activity_id, day, slot, counter)
            where p.tenant_id = tenant and goes[basket]
        ) as t
        where places > 0 and booked + wanted > most
    ) as lacking;

    if not true = any (goes) then
        return;
    end if;

    -- After a town lowered a limit below what was booked, each cancellation lowers the count that may not be passed.
    update place_count p
    set booked = p.booked + t.places,
        capacity = greatest(t.most, case when t.most is not null then p.booked + t.places end)
    from (
        select activity_id, day, slot, counter, sum(places)::int as places, max(most) as most
        from unnest(
            taken_baskets, taken_activities, taken_days, taken_slots, taken_counters, taken_places, taken_limits
        ) as t (basket, activity_id, day, slot, counter, places, most)
        where goes[basket]
        group by activity_id, day, slot, counter
    ) as t
    where p.tenant_id = tenant and p.activity_id = t.activity_id and p.day = t.day and p.slot = t.slot
      and p.counter = t.counter;

    insert into reservation (tenant_id, reservation_id, version, basket_id, family_id, member_id, activity_id, regie_id,
                             day, slot, tariff_label, unit_price_cents, counters, status, booked_at)
    select tenant, reservation_id, 1, basket_ids[basket], families[basket], member_id, activity_id, regie_id,
           day, slot, tariff_label, unit_price_cents, counters::text[], 'booked', instants[basket]
    from unnest(booked_baskets, booked_ids, booked_members, booked_activities, booked_regies, booked_days,
                booked_slots, booked_prices, booked_labels, booked_counters)
        as w (basket, reservation_id, member_id, activity_id, regie_id, day, slot, unit_price_cents, tariff_label,
              counters)
    where goes[basket];

    update reservation r
    set status = 'cancelled', cancelled_at = instants[c.basket], version = r.version + 1
    from unnest(cancelled_baskets, cancelled_ids) as c (basket, reservation_id)
    where r.tenant_id = tenant and r.reservation_id = c.reservation_id and goes[c.basket];

    delete from draft_line
    where tenant_id = tenant and family_id in (
        select family_id from unnest(families) with ordinality as b (family_id, n) where goes[n]);

    insert into trail (tenant_id, entry_id, happened_at, family_id, actor, account_id, guardian_id, action, member_id,
                       activity_id, slot, days)
    select tenant, entry_id, instants[basket], families[basket], actors[basket], accounts[basket], guardians[basket],
           action, member_id, activity_id, slot, days::date[]
    from unnest(traced_baskets, traced_ids, traced_actions, traced_members, traced_activities, traced_slots,
                traced_days)
        as e (basket, entry_id, action, member_id, activity_id, slot, days)
    where goes[basket];

    insert into outbox (tenant_id, source, time, id, type, subject, sequence, traceparent, body)
    select tenant, event_source, instants[n], event_ids[n], event_types[n], basket_ids[n], 1, traceparents[n],
           event_bodies[n]::jsonb
    from generate_subscripts(families, 1) as n
    where goes[n]
    order by n;

    insert into idempotency_key (tenant_id, account_id, key, request_hash, status, content_type, body)
    select tenant, accounts[n], keys[n], request_hashes[n], 200, 'application/json', answers[n]
    from generate_subscripts(families, 1) as n
    where goes[n] and keys[n] is not null;

    return query select n from generate_subscripts(families, 1) as n where goes[n];
end
$body$
"""


def upgrade() -> None:
    for statement in COUNTERS.strip().split(";\n"):
        op.execute(statement)
    table, rest = CALENDAR_VERSION.strip().split(");\n", 1)
    sequence, create = table.split(";\n", 1)
    for statement in (sequence, f"{create})", rest):
        op.execute(statement)
    isolate_tenants("calendar_version")
    renew_isolation()
    watch_calendar_tables(*CALENDAR_TABLES)
    op.execute(COMMIT_BASKETS)


def watch_calendar_tables(*tables: str) -> None:
    """A row changed in any of these gives its commune's calendars another version."""
    for table in tables:
        op.execute(
            f"create trigger calendars_change after insert or update or delete on {table}"
            " for each row execute function change_calendars()"
        )
