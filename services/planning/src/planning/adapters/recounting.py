"""Counts an activity's places anew where bookings count in other counters, and writes limits beside the counts."""

from datetime import timedelta

from sqlalchemy import text

from chassis.database import Transaction
from planning.domain.activities import Activity
from planning.domain.limits import limit_of, limits_of
from planning.domain.members import Peers
from planning.domain.room import ROOM

AGE = """
    cast(extract(year from r.day) - extract(year from m.birth_date) as int)
        - cast(to_char(r.day, 'MMDD') < to_char(m.birth_date, 'MMDD') as int)
"""
"""The age of a member ``m`` on the day of a reservation ``r``, null when it is not known: as ``Member.age_on``."""
_HELD = f"""
    select r.reservation_id, r.day, r.slot, {AGE} as age, m.school, concat(r.slot, '/', {AGE}, '/', m.school) as alike
    from reservation r join member m using (tenant_id, member_id)
    where r.activity_id = :activity_id and r.day >= :from_day and r.status <> 'cancelled'
"""  # noqa: S608 - ours
_ALIKE = f"select distinct on (alike) alike, day, slot, age, school from ({_HELD}) as h order by alike"  # noqa: S608
_MOVE = f"""
    update reservation r
    set counters = c.counters
    from ({_HELD}) as h
    join (
        select alike, array_agg(counter order by place) as counters
        from unnest(cast(:alike as text[]), cast(:counters as text[])) with ordinality as n (alike, counter, place)
        group by alike
    ) as c using (alike)
    where r.reservation_id = h.reservation_id and r.counters <> c.counters
"""  # noqa: S608 - ours
_FORGET = "delete from place_count where activity_id = :activity_id and day >= :from_day"
_COUNT = """
    insert into place_count (tenant_id, activity_id, day, slot, counter, booked)
    select r.tenant_id, r.activity_id, r.day, case when c.counter like 'room:%' then :room else r.slot end as counted,
           c.counter, count(*)
    from reservation r cross join unnest(r.counters) as c (counter)
    where r.activity_id = :activity_id and r.day >= :from_day and r.status <> 'cancelled'
    group by r.tenant_id, r.activity_id, r.day, counted, c.counter
"""
_COUNTED = "select distinct slot, counter from place_count where activity_id = :activity_id"
_APPLY_LIMITS = """
    update place_count p
    set capacity = greatest(l.places, case when l.places is not null then p.booked end)
    from unnest(cast(:slots as text[]), cast(:counters as text[]), cast(:limits as int[])) as l (slot, counter, places)
    where p.activity_id = :activity_id and (p.slot, p.counter) = (l.slot, l.counter)
"""


async def recount(transaction: Transaction, activity: Activity) -> None:
    """Puts what is booked and offered into the counters that the activity now has, and counts them.

    Of which groups each is, is read from the members as they are known now. Nobody may be taking or giving back places
    meanwhile: the calendars must be locked. In a constant number of statements. Days that are past in every time zone
    stay: nobody takes a place of them or gives one back.
    """
    from_day = (transaction.now() - timedelta(days=1)).date()
    of_activity = {"activity_id": activity.activity_id, "from_day": from_day}
    held = (await transaction.connection.execute(text(_ALIKE), of_activity)).all()
    counters = [
        (row.alike, limit.counter)
        for row in held
        for limit in limits_of(activity, Peers(row.age, row.school), row.day, row.slot)
    ]
    arrays = {"alike": [alike for alike, _ in counters], "counters": [counter for _, counter in counters]}
    await transaction.connection.execute(text(_MOVE), of_activity | arrays)
    await transaction.connection.execute(text(_FORGET), of_activity)
    await transaction.connection.execute(text(_COUNT), of_activity | {"room": ROOM})
    await apply_limits(transaction, activity)


async def apply_limits(transaction: Transaction, activity: Activity) -> None:
    """Writes the limits of the days already counted, never below what is booked."""
    of_activity = {"activity_id": activity.activity_id}
    counted = (await transaction.connection.execute(text(_COUNTED), of_activity)).all()
    limits = {
        "slots": [row.slot for row in counted],
        "counters": [row.counter for row in counted],
        "limits": [limit_of(activity, row.slot, row.counter) for row in counted],
    }
    await transaction.connection.execute(text(_APPLY_LIMITS), of_activity | limits)
