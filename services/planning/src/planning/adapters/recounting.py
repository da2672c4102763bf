"""Counts an activity's places anew, where slots begin or cease to share them, and writes limits beside the counts."""

from sqlalchemy import text

from chassis.database import Transaction
from planning.domain.activities import Activity
from planning.domain.limits import limit_of
from planning.domain.room import ROOM, counter_at, moments_of

_BOOKED_SLOTS = "select distinct slot from reservation where activity_id = :activity_id and status <> 'cancelled'"
_RENAME = r"""
    update reservation r
    set counters = array(
        select '' as counter
        union
        select m.moment || k.kind
        from (select distinct regexp_replace(counter, '^room:[^:]*:', '') as kind
              from unnest(r.counters) as counter) as k
        join unnest(cast(:slots as text[]), cast(:moments as text[])) as m (slot, moment) on m.slot = r.slot
        order by counter)
    where r.activity_id = :activity_id and r.status <> 'cancelled'
"""
_FORGET = "delete from place_count where activity_id = :activity_id"
_COUNT = """
    insert into place_count (tenant_id, activity_id, day, slot, counter, booked)
    select r.tenant_id, r.activity_id, r.day, case when c.counter like 'room:%' then :room else r.slot end as counted,
           c.counter, count(*)
    from reservation r cross join unnest(r.counters) as c (counter)
    where r.activity_id = :activity_id and r.status <> 'cancelled'
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

    Of which groups each was when it was booked stays. Nobody may be taking or giving back places meanwhile: the
    calendars must be locked. In a constant number of statements.
    """
    of_activity = {"activity_id": activity.activity_id}
    booked = (await transaction.connection.scalars(text(_BOOKED_SLOTS), of_activity)).all()
    rows = [(slot, moment) for slot in booked for moment in _moments(activity, slot)]
    arrays = {"slots": [slot for slot, _ in rows], "moments": [moment for _, moment in rows]}
    await transaction.connection.execute(text(_RENAME), of_activity | arrays)
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


def _moments(activity: Activity, slot: str) -> list[str]:
    """What comes before the kind in the names of the counters of a slot."""
    if not activity.shares_places:
        return [""]
    return [counter_at(moment, "") for moment in moments_of(activity.slots, slot)]
