"""What a commune decided: its activities with their calendars, its holidays. Read again only when they have changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from planning.adapters.asking import ENTER, Asks
from planning.adapters.documents import read_calendar, read_slots
from planning.domain.activities import Activity
from planning.domain.calendars import SCHOOL_WEEK_DAYS, Holidays, SchoolHoliday
from planning.domain.slots import ANY_TIME

VERSION = "select coalesce(max(version), 0) from calendar_version"
"""Every change of a table read here gives its commune another version (migration 0008)."""

_CALENDAR = """
    select json_build_object(
        'week_days', c.week_days, 'during', c.during, 'capacity', c.capacity, 'last_places', c.last_places,
        'slots', c.slots, 'groups', c.groups, 'overbooking_percent', c.overbooking_percent,
        'waiting_list', c.waiting_list, 'absence_policy', c.absence_policy,
        'pay_within_minutes', c.pay_within_minutes, 'shared_places', c.shared_places,
        'needs_complete_file', c.needs_complete_file, 'arrears_after_days', c.arrears_after_days,
        'booking_rule', c.booking_rule, 'cancelling_rule', c.cancelling_rule,
        'closures', (select coalesce(json_agg(x order by x.from_day, x.to_day, x.schools, x.slots), '[]')
                     from activity_closure x
                     where (x.tenant_id, x.activity_id) = (c.tenant_id, c.activity_id)),
        'extra_openings', (select coalesce(json_agg(x order by x.day, x.schools), '[]') from extra_opening x
                           where (x.tenant_id, x.activity_id) = (c.tenant_id, c.activity_id))
    )
    from activity_calendar c
    where (c.tenant_id, c.activity_id) = (a.tenant_id, a.activity_id)
"""
_ACTIVITIES = f"""
    select a.activity_id, a.name, a.category, a.element_name, a.season, a.opens_on, a.closes_on, a.regie_id,
           a.slots, ({_CALENDAR}) as calendar
    from activity a
"""  # noqa: S608 - ours
ONE_ACTIVITY = f"{_ACTIVITIES} where a.activity_id = $1"
_SCHOOL_HOLIDAYS = "select array_agg((from_day, to_day, name) order by from_day) from school_holiday"
_PUBLIC_HOLIDAYS = "select array_agg((day, name)) from public_holiday"
SCHOOL_WEEK = "select week_days from school_week"
_READ = f"""
    select {ENTER}, ({VERSION}) as version,
           (select array_agg(a order by name, activity_id) from ({_ACTIVITIES}) as a) as activities,
           ({_SCHOOL_HOLIDAYS}) as school_holidays, ({_PUBLIC_HOLIDAYS}) as public_holidays,
           ({SCHOOL_WEEK}) as school_week
"""  # noqa: S608 - ours


@dataclass(frozen=True)
class CommuneCalendars:
    """A commune's activities and holidays as they are in one version."""

    version: int
    activities: Mapping[UUID, Activity]
    holidays: Holidays


class CalendarCache:
    """Of one process. Nothing in it grows old: each look at the database says which version holds."""

    def __init__(self) -> None:
        self._known: dict[UUID, CommuneCalendars] = {}

    async def of(self, asks: Asks, tenant_id: UUID, version: int) -> CommuneCalendars:
        """The calendars of that version, or of a newer one."""
        known = self._known.get(tenant_id)
        if known is None or known.version != version:
            (row,) = await asks.ask(_READ, str(tenant_id))
            known = self._known[tenant_id] = _calendars(row)
        return known


def read_activity(row: asyncpg.Record) -> Activity:
    """An activity from a row of ``ONE_ACTIVITY``."""
    *facts, slots, calendar = row
    values: Any = (*facts, read_calendar(calendar) if calendar else None, read_slots(slots) or (ANY_TIME,))
    return Activity(*values)


def _calendars(row: asyncpg.Record) -> CommuneCalendars:
    activities = [read_activity(each) for each in row["activities"] or ()]
    return CommuneCalendars(
        row["version"],
        {activity.activity_id: activity for activity in activities},
        Holidays(
            public=dict(row["public_holidays"] or ()),
            school=tuple(SchoolHoliday(*each) for each in row["school_holidays"] or ()),
            school_week=frozenset(row["school_week"] or SCHOOL_WEEK_DAYS),
        ),
    )
