"""Writes calendars and holidays."""

import json
from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text

from chassis.database import Transaction
from planning.adapters.commune_calendars import ONE_ACTIVITY, SCHOOL_WEEK, read_activity
from planning.adapters.documents import (
    calendar_version,
    closures_document,
    extra_openings_document,
    groups_document,
    rule_document,
    slot_openings_document,
)
from planning.adapters.recounting import AGE, apply_limits, recount
from planning.adapters.waiting_store import mark_waited_for
from planning.adapters.writing_store import CALENDARS_LOCK
from planning.application.ports import HolidayYear
from planning.application.preview_calendar import BookedPeers
from planning.application.touched_bookings import BookedSlot
from planning.domain.activities import Activity
from planning.domain.blocks import overdue_since
from planning.domain.calendars import SCHOOL_WEEK_DAYS, ActivityCalendar, SchoolHoliday
from planning.domain.limits import counts_alike
from planning.domain.members import Peers
from planning.domain.slots import ActivitySlot

_REPLACE_CALENDAR = """
    insert into activity_calendar (tenant_id, activity_id, week_days, during, capacity, last_places, booking_rule,
                                   cancelling_rule, slots, groups, overbooking_percent, pay_within_minutes,
                                   shared_places, needs_complete_file, arrears_after_days)
    values (:tenant_id, :activity_id, :week_days, :during, :capacity, :last_places, cast(:booking_rule as jsonb),
            cast(:cancelling_rule as jsonb), cast(:slots as jsonb), cast(:groups as jsonb), :overbooking_percent,
            :pay_within_minutes, :shared_places, :needs_complete_file, :arrears_after_days)
    on conflict (tenant_id, activity_id) do update
    set week_days = excluded.week_days, during = excluded.during, capacity = excluded.capacity,
        last_places = excluded.last_places, booking_rule = excluded.booking_rule,
        cancelling_rule = excluded.cancelling_rule, slots = excluded.slots,
        groups = excluded.groups, overbooking_percent = excluded.overbooking_percent,
        pay_within_minutes = excluded.pay_within_minutes, shared_places = excluded.shared_places,
        needs_complete_file = excluded.needs_complete_file, arrears_after_days = excluded.arrears_after_days
"""
_INSERT_CLOSURES = """
    insert into activity_closure (tenant_id, activity_id, from_day, to_day, reason, schools, slots)
    select :tenant_id, :activity_id, *
    from jsonb_to_recordset(cast(:closures as jsonb))
        as c (from_day date, to_day date, reason text, schools text[], slots text[])
"""
_INSERT_OPENINGS = """
    insert into extra_opening (tenant_id, activity_id, day, reason, schools)
    select :tenant_id, :activity_id, *
    from jsonb_to_recordset(cast(:openings as jsonb)) as o (day date, reason text, schools text[])
"""
_INSERT_YEAR = """
    insert into holiday_year (tenant_id, school_year, zone, school_holidays_known, edited)
    values (:tenant_id, :school_year, :zone, :school_holidays_known, :edited)
"""
_INSERT_SCHOOL = """
    insert into school_holiday (tenant_id, school_year, from_day, to_day, name)
    select :tenant_id, :school_year, *
    from unnest(cast(:from_days as date[]), cast(:to_days as date[]), cast(:names as text[]))
"""
_INSERT_PUBLIC = """
    insert into public_holiday (tenant_id, school_year, day, name)
    select :tenant_id, :school_year, * from unnest(cast(:days as date[]), cast(:names as text[]))
"""
_YEARS = """
    select y.school_year, y.zone, y.school_holidays_known, y.edited,
           (select json_agg(s order by s.from_day) from school_holiday s
            where (s.tenant_id, s.school_year) = (y.tenant_id, y.school_year)) as school,
           (select json_agg(p order by p.day) from public_holiday p
            where (p.tenant_id, p.school_year) = (y.tenant_id, y.school_year)) as public
    from holiday_year y
    order by y.school_year
"""
_BOOKED_SLOTS = """
    select r.activity_id, r.day, r.slot, r.family_id, m.school, count(*) as reservations
    from reservation r left join member m using (tenant_id, member_id)
    where {which} and r.status = 'booked'
    group by r.activity_id, r.day, r.slot, r.family_id, m.school
    order by r.activity_id, r.day, r.slot, r.family_id, m.school
"""
_BOOKED_PEERS = f"""
    select r.day, r.slot, {AGE} as age, m.school, count(*) as reservations
    from reservation r join member m using (tenant_id, member_id)
    where r.activity_id = :activity_id and r.day >= :from_day and r.status = 'booked'
    group by 1, 2, 3, 4
    order by 1, 2, 3, 4
"""  # noqa: S608 - ours
_OF_ACTIVITY = "r.activity_id = :activity_id and r.day >= :from_day"
_OF_DAYS = """
    (r.activity_id, r.day) in (select * from unnest(cast(:activity_ids as uuid[]), cast(:days as date[])))
"""
_TAKEN_SLOTS = """
    select activity_id, day, slot from place_count where day >= :from_day and counter = '' and booked > 0
"""
_CLOSED_FAMILIES = """
    select count(distinct e.family_id) from entitlement e
    where e.activity_id = :activity_id and e.valid_until > :today
      and (:needs_complete_file and (
               exists (select from family f where f.family_id = e.family_id and f.missing <> '{}')
               or exists (select from member m where m.member_id = e.member_id and m.missing <> '{}'))
           or exists (select from owed_invoice i
                      where i.family_id = e.family_id and i.due_on <= cast(:overdue_since as date)))
"""
_REPLACE_WEEK = """
    insert into school_week (tenant_id, week_days) values (:tenant_id, :week_days)
    on conflict (tenant_id) do update set week_days = excluded.week_days
    where school_week.week_days <> excluded.week_days
"""
_SCHOOLS = "select distinct school from member where school <> '' order by school"


class SqlCalendarStore:
    """Calendars and holidays, in one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def now(self) -> datetime:
        """Business instant, UTC."""
        return self._transaction.now()

    async def booked_slots(self, activity_id: UUID, from_day: date) -> Sequence[BookedSlot]:
        """What is booked from a day on, by day."""
        return await self._booked(_OF_ACTIVITY, activity_id=activity_id, from_day=from_day)

    async def booked_peers(self, activity_id: UUID, from_day: date) -> Sequence[BookedPeers]:
        """How many of an age and a school have booked which slot, from a day on, by day."""
        values = {"activity_id": activity_id, "from_day": from_day}
        rows = await self._transaction.connection.execute(text(_BOOKED_PEERS), values)
        return [BookedPeers(row.day, row.slot, Peers(row.age, row.school), row.reservations) for row in rows]

    async def taken_slots(self, from_day: date) -> Sequence[ActivitySlot]:
        """The slots in which anybody has a place, of all activities, from a day on."""
        rows = await self._transaction.connection.execute(text(_TAKEN_SLOTS), {"from_day": from_day})
        return [ActivitySlot(*row) for row in rows]

    async def booked_of_days(self, days: Sequence[tuple[UUID, date]]) -> Sequence[BookedSlot]:
        """What is booked on days of activities, by activity and day."""
        activity_ids, on = zip(*days, strict=True)
        return await self._booked(_OF_DAYS, activity_ids=list(activity_ids), days=list(on))

    async def closed_families(self, activity_id: UUID, today: date, calendar: ActivityCalendar) -> int:
        """How many of the activity's families could book nothing until they have done something about it."""
        values = {
            "activity_id": activity_id,
            "today": today,
            "needs_complete_file": calendar.needs_complete_file,
            "overdue_since": overdue_since(calendar, today),
        }
        count: int = (await self._transaction.connection.execute(text(_CLOSED_FAMILIES), values)).scalar_one()
        return count

    async def _booked(self, which: str, **values: object) -> Sequence[BookedSlot]:
        rows = await self._transaction.connection.execute(text(_BOOKED_SLOTS.format(which=which)), values)
        return [BookedSlot(*row) for row in rows]

    async def schools(self) -> Sequence[str]:
        """The schools of the commune's members, in alphabetical order."""
        return (await self._transaction.connection.scalars(text(_SCHOOLS))).all()

    async def lock_calendars(self) -> None:
        """Waits for the drafts and baskets being written and makes the next ones wait."""
        await self._run(f"select pg_advisory_xact_lock({CALENDARS_LOCK})")

    async def activity(self, activity_id: UUID) -> Activity | None:
        """An activity with its calendar."""
        rows = await self._transaction.ask(ONE_ACTIVITY, activity_id)
        return read_activity(rows[0]) if rows else None

    async def activity_periods(self) -> list[tuple[date, date]]:
        """The seasons of all activities."""
        rows = await self._transaction.connection.execute(text("select distinct opens_on, closes_on from activity"))
        return [(row.opens_on, row.closes_on) for row in rows]

    def version_of(self, calendar: ActivityCalendar) -> str:
        """Names what the town hall decided in a calendar: another name once anything of it differs."""
        return calendar_version(calendar)

    async def replace_calendar(self, activity: Activity, calendar: ActivityCalendar) -> None:
        """Writes a calendar, and its limits on the days already counted (never below what is booked).

        Where what is booked counts in other counters (groups, slots that share places), it is counted anew.
        """
        activity_id = activity.activity_id
        await self._run(
            _REPLACE_CALENDAR,
            activity_id=activity_id,
            week_days=sorted(calendar.week_days),
            during=calendar.during,
            capacity=calendar.capacity,
            last_places=calendar.last_places,
            booking_rule=json.dumps(rule_document(calendar.booking_rule)),
            cancelling_rule=json.dumps(rule_document(calendar.cancelling_rule)),
            slots=json.dumps(slot_openings_document(calendar.slots)),
            groups=json.dumps(groups_document(calendar.groups)),
            overbooking_percent=calendar.overbooking_percent,
            pay_within_minutes=calendar.pay_within and int(calendar.pay_within.total_seconds()) // 60,
            shared_places=calendar.shared_places,
            needs_complete_file=calendar.needs_complete_file,
            arrears_after_days=calendar.arrears_after_days,
        )
        await self._run("delete from activity_closure where activity_id = :activity_id", activity_id=activity_id)
        await self._run("delete from extra_opening where activity_id = :activity_id", activity_id=activity_id)
        await self._run(
            _INSERT_CLOSURES,
            activity_id=activity_id,
            closures=json.dumps(closures_document(calendar.closures)),
        )
        await self._run(
            _INSERT_OPENINGS,
            activity_id=activity_id,
            openings=json.dumps(extra_openings_document(calendar.extra_openings)),
        )
        published = replace(activity, calendar=calendar)
        if counts_alike(activity, published):
            await apply_limits(self._transaction, published)
        else:
            await recount(self._transaction, published)
        await mark_waited_for(self._transaction, activity_id=activity_id)

    async def holiday_years(self) -> Sequence[HolidayYear]:
        """The years that are there, with their holidays."""
        rows = await self._transaction.connection.execute(text(_YEARS))
        return [
            HolidayYear(
                row.school_year,
                row.zone,
                row.school_holidays_known,
                row.edited,
                [
                    SchoolHoliday(date.fromisoformat(s["from_day"]), date.fromisoformat(s["to_day"]), s["name"])
                    for s in row.school or ()
                ],
                {date.fromisoformat(p["day"]): p["name"] for p in row.public or ()},
            )
            for row in rows
        ]

    async def replace_holiday_year(self, year: HolidayYear) -> None:
        """Writes a year in place of what was there."""
        number = year.school_year
        await self._run("delete from holiday_year where school_year = :school_year", school_year=number)
        await self._run(
            _INSERT_YEAR,
            school_year=number,
            zone=year.zone,
            school_holidays_known=year.school_holidays_known,
            edited=year.edited,
        )
        await self._run(
            _INSERT_SCHOOL,
            school_year=number,
            from_days=[period.from_day for period in year.school],
            to_days=[period.to_day for period in year.school],
            names=[period.name for period in year.school],
        )
        await self._run(_INSERT_PUBLIC, school_year=number, days=list(year.public), names=list(year.public.values()))
        await mark_waited_for(self._transaction)

    async def school_week(self) -> Set[int]:
        """The week days of school: the town's own, or those of most communes."""
        return frozenset(await self._transaction.connection.scalar(text(SCHOOL_WEEK)) or SCHOOL_WEEK_DAYS)

    async def replace_school_week(self, week_days: Set[int]) -> None:
        """Writes the week days of school."""
        await self._run(_REPLACE_WEEK, week_days=sorted(week_days))
        await mark_waited_for(self._transaction)

    async def _run(self, statement: str, **values: object) -> None:
        """``tenant_id`` is given to the statements that name it."""
        if ":tenant_id" in statement:
            values["tenant_id"] = self._transaction.tenant_id
        await self._transaction.connection.execute(text(statement), values)
