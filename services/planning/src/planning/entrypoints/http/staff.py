"""What the town hall does: calendars, lists."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.errors import NotFoundError
from chassis.http.dependencies import Administrator, CurrentTransaction, Staff
from chassis.http.scope import PortalRoute
from contracts.values import WHOLE_DAY
from planning.adapters import reservation_queries as queries
from planning.adapters.calendar_store import SqlCalendarStore
from planning.adapters.documents import (
    closures_document,
    extra_openings_document,
    groups_document,
    rule_document,
    slot_openings_document,
)
from planning.adapters.holiday_source import HOLIDAY_SOURCE
from planning.application.fill_holidays import school_years
from planning.application.ports import HolidayYear
from planning.application.preview_calendar import preview_calendar
from planning.application.set_calendar import set_calendar
from planning.domain.activities import Activity
from planning.domain.blocks import describe_blocks
from planning.domain.calendars import CalendarMissingError
from planning.domain.limits import counted_twice, describe_places, room_of
from planning.domain.rules import Action, describe
from planning.entrypoints.http.common import CurrentCommune, Day, ListPeriod, SlotCode
from planning.entrypoints.http.list_parts import PartAsked, groups_of, is_expected, member_of, part_of, parts_of
from planning.entrypoints.http.rule_models import Rule
from planning.entrypoints.http.staff_models import (
    Calendar,
    CalendarPreview,
    CalendarToTry,
    CalendarView,
    Closure,
    DayCount,
    DayList,
    Expected,
    ExtraOpening,
    Group,
    OverfullDay,
    PreviewedDay,
    ReservationOfCommune,
    ReservationPage,
    RoomCount,
    SlotOpening,
)
from planning.entrypoints.http.stores import Published

router = APIRouter(route_class=PortalRoute, tags=["town hall"])


@router.put("/activities/{activity_id}/calendar")
async def put_calendar(
    activity_id: UUID,
    calendar: Calendar,
    _principal: Administrator,
    commune: CurrentCommune,
    transaction: CurrentTransaction,
) -> CalendarView:
    """Replaces an activity's calendar. 404 while the activity itself is still on its way.

    With a ``version``, 409 ``calendar-changed`` when another one is in force. 422 ``places-not-shared`` where a member
    may have two of the slots that would share places.
    """
    store = SqlCalendarStore(transaction)
    await set_calendar(store, HOLIDAY_SOURCE, commune, activity_id, calendar.to_domain(), if_version=calendar.version)
    return await _view(store, activity_id)


@router.get("/activities/{activity_id}/calendar")
async def get_calendar(activity_id: UUID, _principal: Staff, transaction: CurrentTransaction) -> CalendarView:
    """An activity's calendar, with its rules in words."""
    return await _view(SqlCalendarStore(transaction), activity_id)


@router.post("/activities/{activity_id}/calendar/preview")
async def post_preview(
    activity_id: UUID,
    tried: CalendarToTry,
    _principal: Staff,
    commune: CurrentCommune,
    transaction: CurrentTransaction,
) -> CalendarPreview:
    """What a calendar would do: changes nothing."""
    calendar, period = tried.calendar.to_domain(), (tried.from_day, tried.to_day)
    preview = await preview_calendar(SqlCalendarStore(transaction), commune, activity_id, calendar, period)
    return CalendarPreview(
        booking_rule_text=describe(calendar.booking_rule, Action.BOOK),
        cancelling_rule_text=describe(calendar.cancelling_rule, Action.CANCEL),
        places_text=preview.places_text,
        blocks_text=describe_blocks(calendar),
        closed_families=preview.closed_families,
        days=[PreviewedDay.model_validate(day) for day in preview.days],
        touched=[PreviewedDay.model_validate(day) for day in preview.touched],
        overfull=[OverfullDay.model_validate(day) for day in preview.overfull],
    )


async def _view(store: SqlCalendarStore, activity_id: UUID) -> CalendarView:
    activity = await store.activity(activity_id)
    if activity is None or activity.calendar is None:
        raise CalendarMissingError
    calendar = activity.calendar
    return CalendarView(
        version=store.version_of(calendar),
        week_days=sorted(calendar.week_days),
        during=calendar.during,
        capacity=calendar.capacity,
        last_places=calendar.last_places,
        booking_rule=Rule.model_validate(rule_document(calendar.booking_rule)),
        cancelling_rule=Rule.model_validate(rule_document(calendar.cancelling_rule)),
        closures=[Closure(**item) for item in closures_document(calendar.closures)],
        extra_openings=[ExtraOpening(**item) for item in extra_openings_document(calendar.extra_openings)],
        slots={code: SlotOpening(**item) for code, item in slot_openings_document(calendar.slots).items()},
        groups=[Group(**item) for item in groups_document(calendar.groups)],
        overbooking_percent=calendar.overbooking_percent,
        pay_within_minutes=calendar.pay_within and int(calendar.pay_within.total_seconds()) // 60,
        shared_places=calendar.shared_places,
        needs_complete_file=calendar.needs_complete_file,
        arrears_after_days=calendar.arrears_after_days,
        booking_rule_text=describe(calendar.booking_rule, Action.BOOK),
        cancelling_rule_text=describe(calendar.cancelling_rule, Action.CANCEL),
        places_text=describe_places(activity),
        blocks_text=describe_blocks(calendar),
        notices=_notices(activity, await store.holiday_years()),
    )


def _notices(activity: Activity, years: Sequence[HolidayYear]) -> list[str]:
    return [*_hours_notices(activity), *_places_notices(activity), *_holiday_notices(activity, years)]


def _places_notices(activity: Activity) -> list[str]:
    """Slots may have become so that a child can have two at once since the calendar was published."""
    twice = counted_twice(activity)
    return [twice] if twice else []


def _hours_notices(activity: Activity) -> list[str]:
    calendar = activity.calendar
    rules = (calendar.booking_rule, calendar.cancelling_rule) if calendar else ()
    if activity.first_start is not None or not any(rule.counts_from_slots for rule in rules):
        return []
    return [
        "Cette activité n'a pas de créneaux avec des heures : les délais en heures se comptent depuis minuit. "
        "Donnez une heure dans la règle, ou des créneaux à l'activité."
    ]


def _holiday_notices(activity: Activity, years: Sequence[HolidayYear]) -> list[str]:
    needed = school_years([(activity.opens_on, activity.closes_on)])
    return [
        f"Les vacances scolaires {year.school_year}/{year.school_year + 1} de la zone {year.zone} ne sont pas connues. "
        "Saisissez-les dans le calendrier des vacances."
        for year in years
        if year.school_year in needed and not year.school_holidays_known
    ]


@router.get("/schools")
async def list_schools(_principal: Staff, transaction: CurrentTransaction) -> list[str]:
    """The schools that members' files name."""
    return list(await SqlCalendarStore(transaction).schools())


@router.get("/day")
async def read_day(
    day: Annotated[Day, Query()],
    activity_id: Annotated[UUID, Query()],
    asked: PartAsked,
    _principal: Staff,
    transaction: CurrentTransaction,
    slot: Annotated[SlotCode | None, Query()] = None,
) -> DayList:
    """Who booked and who of them is expected, in one slot or in any; all, or those of a school or a group.

    404 for a group that the activity does not have.
    """
    activity = await SqlCalendarStore(transaction).activity(activity_id)
    if activity is None:
        raise NotFoundError
    groups = groups_of(activity)
    part = part_of(asked, groups)
    rows = await queries.reservations_of_day(transaction, day, activity_id, slot)
    of_part = [row for row in rows if part.includes(member_of(row), day)]
    return DayList(
        **dict(parts_of(rows, groups, day)),
        day=day,
        activity_id=activity_id,
        count=sum(is_expected(row) for row in of_part),
        capacity=activity.calendar.capacity_of(slot or WHOLE_DAY) if activity.calendar else None,
        reservations=[Expected.model_validate(row) for row in of_part],
    )


@router.get("/all-reservations")
async def list_all_reservations(
    period: ListPeriod,
    _principal: Staff,
    transaction: CurrentTransaction,
    family_id: Annotated[UUID | None, Query()] = None,
    cursor: Annotated[UUID | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> ReservationPage:
    """Reservations by day, in force or cancelled."""
    rows = await queries.reservations_of_commune(
        transaction, period, family_id=family_id, cursor=cursor, limit=limit + 1
    )
    items = [ReservationOfCommune.model_validate(row) for row in rows[:limit]]
    return ReservationPage(items=items, next_cursor=str(items[-1].reservation_id) if len(rows) > limit else None)


@router.get("/day-counts")
async def list_day_counts(
    period: ListPeriod, _principal: Staff, transaction: CurrentTransaction, published: Published
) -> list[DayCount]:
    """How many booked and are expected, by day, activity and slot; where nobody ever booked is left out."""
    activities, _ = published
    counts = [DayCount.model_validate(row) for row in await queries.day_counts(transaction, *period)]
    present: dict[tuple[date, UUID], dict[str, int]] = {}
    for count in counts:
        present.setdefault((count.day, count.activity_id), {})[count.slot] = count.expected

    def room(count: DayCount) -> RoomCount | None:
        activity = activities.get(count.activity_id)
        found = room_of(activity, count.slot, present[count.day, count.activity_id]) if activity else None
        return RoomCount.model_validate(found) if found else None

    return [count.model_copy(update={"room": room(count)}) for count in counts]
