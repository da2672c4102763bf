"""The town publishes an activity's calendar."""

from dataclasses import replace
from uuid import UUID

from chassis.errors import NotFoundError
from planning.application.fill_holidays import fill_holidays
from planning.application.ports import CalendarStore, Commune, HolidaySource
from planning.domain.calendars import ActivityCalendar, CalendarChangedError
from planning.domain.limits import check_places


async def set_calendar(
    store: CalendarStore,
    source: HolidaySource,
    commune: Commune,
    activity_id: UUID,
    calendar: ActivityCalendar,
    *,
    if_version: str | None = None,
) -> None:
    """Replaces the calendar and sees that the holidays of the activity's season are there.

    Raises ``NotFoundError`` for an activity that is not, or not yet, known; ``CalendarChangedError`` when the calendar
    in force is neither of the version ``if_version`` nor already as wanted; None: whatever is in force;
    ``PlacesNotSharedError``.
    """
    await store.lock_calendars()
    activity = await store.activity(activity_id)
    if activity is None:
        raise NotFoundError("Cette activité n'est pas connue, ou pas encore : réessayez dans un instant.")
    if if_version is not None and activity.calendar is not None:
        in_force = store.version_of(activity.calendar)
        if in_force not in (if_version, store.version_of(calendar)):
            raise CalendarChangedError
    check_places(replace(activity, calendar=calendar))
    await store.replace_calendar(activity, calendar)
    await fill_holidays(store, source, commune, [(activity.opens_on, activity.closes_on)])
