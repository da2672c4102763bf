"""Projections of enrolment, calendars, holidays, drafts, reservations, places, and the commit of a basket."""

from alembic import op

from chassis.migrations import create_chassis_tables, isolate_tenants

revision = "0001"
down_revision = None

PROJECTIONS = """
create table family (
    tenant_id uuid not null,
    family_id uuid not null,
    version bigint not null,
    name text not null,
    primary key (tenant_id, family_id)
);
create table member (
    tenant_id uuid not null,
    member_id uuid not null,
    version bigint not null,
    kind text not null check (kind in ('child', 'adult')),
    first_name text not null,
    last_name text not null,
    primary key (tenant_id, member_id)
);
create table member_family (
    tenant_id uuid not null,
    family_id uuid not null,
    member_id uuid not null,
    primary key (tenant_id, family_id, member_id),
    foreign key (tenant_id, member_id) references member on delete cascade
);
create index member_family_member_idx on member_family (tenant_id, member_id);
create table activity (
    tenant_id uuid not null,
    activity_id uuid not null,
    version bigint not null,
    name text not null,
    category text not null,
    element_name text not null,
    season text not null,
    opens_on date not null,
    closes_on date not null,
    regie_id uuid not null,
    primary key (tenant_id, activity_id)
);
create table entitlement (
    tenant_id uuid not null,
    adhesion_id uuid not null,
    version bigint not null,
    family_id uuid not null,
    member_id uuid not null,
    activity_id uuid not null,
    valid_from date not null,
    valid_until date not null,
    primary key (tenant_id, adhesion_id)
);
create index entitlement_family_idx on entitlement (tenant_id, family_id);
create table entitlement_price (
    tenant_id uuid not null,
    adhesion_id uuid not null,
    sequence bigint not null,
    effective_from date not null,
    unit_price_cents int not null check (unit_price_cents >= 0),
    tariff_label text not null,
    primary key (tenant_id, adhesion_id, sequence)
)
"""

CALENDARS = """
create table activity_calendar (
    tenant_id uuid not null,
    activity_id uuid not null,
    week_days int[] not null check (week_days <@ array[0, 1, 2, 3, 4, 5, 6]),
    during text not null check (during in ('term', 'holidays', 'always')),
    capacity int check (capacity >= 0),
    last_places int not null check (last_places >= 0),
    booking_rule jsonb not null,
    cancelling_rule jsonb not null,
    primary key (tenant_id, activity_id)
);
create table activity_closure (
    tenant_id uuid not null,
    activity_id uuid not null,
    from_day date not null,
    to_day date not null,
    reason text not null check (reason <> ''),
    primary key (tenant_id, activity_id, from_day, to_day),
    foreign key (tenant_id, activity_id) references activity_calendar on delete cascade,
    check (from_day < to_day)
);
create table extra_opening (
    tenant_id uuid not null,
    activity_id uuid not null,
    day date not null,
    reason text not null,
    primary key (tenant_id, activity_id, day),
    foreign key (tenant_id, activity_id) references activity_calendar on delete cascade
);
create table holiday_year (
    tenant_id uuid not null,
    school_year int not null,
    zone text not null,
    school_holidays_known boolean not null,
    edited boolean not null,
    primary key (tenant_id, school_year)
);
create table school_holiday (
    tenant_id uuid not null,
    school_year int not null,
    from_day date not null,
    to_day date not null,
    name text not null,
    primary key (tenant_id, school_year, from_day),
    foreign key (tenant_id, school_year) references holiday_year on delete cascade,
    check (from_day < to_day)
);
create table public_holiday (
    tenant_id uuid not null,
    school_year int not null,
    day date not null,
    name text not null,
    primary key (tenant_id, school_year, day),
    foreign key (tenant_id, school_year) references holiday_year on delete cascade
)
"""

RESERVATIONS = """
create table draft_line (
    tenant_id uuid not null,
    family_id uuid not null,
    line_id uuid not null,
    member_id uuid not null,
    activity_id uuid not null,
    day date not null,
    action text not null check (action in ('book', 'cancel')),
    saved_at timestamptz not null,
    primary key (tenant_id, family_id, member_id, activity_id, day),
    unique (tenant_id, line_id)
);
create table reservation (
    tenant_id uuid not null,
    reservation_id uuid not null,
    version int not null check (version > 0),
    basket_id uuid not null,
    family_id uuid not null,
    member_id uuid not null,
    activity_id uuid not null,
    regie_id uuid not null,
    day date not null,
    tariff_label text not null,
    unit_price_cents int not null check (unit_price_cents >= 0),
    status text not null check (status in ('booked', 'cancelled')),
    booked_at timestamptz not null,
    cancelled_at timestamptz,
    primary key (tenant_id, reservation_id),
    check ((status = 'cancelled') = (cancelled_at is not null))
);
create unique index reservation_booked_idx on reservation (tenant_id, member_id, activity_id, day)
    where status = 'booked';
create index reservation_family_idx on reservation (tenant_id, family_id, day);
create index reservation_activity_idx on reservation (tenant_id, activity_id, day);
create index reservation_day_idx on reservation (tenant_id, day, reservation_id);
create table place_count (
    tenant_id uuid not null,
    activity_id uuid not null,
    day date not null,
    capacity int,
    booked int not null check (booked >= 0),
    primary key (tenant_id, activity_id, day),
    check (booked <= capacity)
);
create index place_count_day_idx on place_count (tenant_id, day)
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
    counted_places int[];
begin
    -- A child of two homes may be booked by both at this moment.
    perform pg_advisory_xact_lock(hashtextextended('member ' || m, 0)) from unnest(members) as m;

    return query
        with wanted as (
            select * from unnest(booked_ids, booked_members, booked_activities, booked_regies, booked_days,
                                 booked_prices, booked_labels)
                as w (reservation_id, member_id, activity_id, regie_id, day, unit_price_cents, tariff_label)
        ), made as (
            insert into reservation (tenant_id, reservation_id, version, basket_id, family_id, member_id, activity_id,
                                     regie_id, day, tariff_label, unit_price_cents, status, booked_at)
            select tenant, reservation_id, 1, basket, family, member_id, activity_id, regie_id, day, tariff_label,
                   unit_price_cents, 'booked', committed_at
            from wanted
            order by member_id, activity_id, day
            on conflict (tenant_id, member_id, activity_id, day) where status = 'booked' do nothing
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

    insert into place_count (tenant_id, activity_id, day, capacity, booked)
    select distinct tenant, w.activity_id, w.day, c.capacity, 0
    from unnest(booked_activities, booked_days) as w (activity_id, day)
    join activity_calendar c on c.tenant_id = tenant and c.activity_id = w.activity_id
    order by 2, 3
    on conflict do nothing;

    select array_agg(activity_id), array_agg(day), array_agg(places)
    into counted_activities, counted_days, counted_places
    from (
        select activity_id, day, sum(change)::int as places
        from (
            select activity_id, day, 1 as change
            from unnest(booked_activities, booked_days) as w (activity_id, day)
            union all
            select activity_id, day, -1
            from reservation
            where tenant_id = tenant and reservation_id = any (cancelled_ids)
        ) as changes
        group by activity_id, day
        having sum(change) <> 0
    ) as net;

    perform 1
    from place_count
    where tenant_id = tenant
      and (activity_id, day) in (select * from unnest(counted_activities, counted_days))
    order by activity_id, day
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
            from unnest(counted_activities, counted_days, counted_places) as n (activity_id, day, places)
            join activity_calendar c on c.tenant_id = tenant and c.activity_id = n.activity_id
            where p.tenant_id = tenant and p.activity_id = n.activity_id and p.day = n.day
              and (n.places < 0 or p.capacity is null or p.booked + n.places <= p.capacity)
            returning p.activity_id, p.day
        )
        select 'day-full', w.reservation_id
        from unnest(booked_ids, booked_activities, booked_days) as w (reservation_id, activity_id, day)
        join unnest(counted_activities, counted_days) as n (activity_id, day)
            on n.activity_id = w.activity_id and n.day = w.day
        where (w.activity_id, w.day) not in (select * from counted);
    refused := refused or found;

    if not refused then
        delete from draft_line where tenant_id = tenant and family_id = family;
    end if;
end
$body$
"""


def upgrade() -> None:
    create_chassis_tables("planning")
    for statements in (PROJECTIONS, CALENDARS, RESERVATIONS):
        for statement in statements.strip().split(";\n"):
            op.execute(statement)
    isolate_tenants(
        *("family", "member", "member_family", "activity", "entitlement", "entitlement_price"),
        *("activity_calendar", "activity_closure", "extra_opening"),
        *("holiday_year", "school_holiday", "public_holiday"),
        *("draft_line", "reservation", "place_count"),
    )
    op.execute(COMMIT_BASKET)
