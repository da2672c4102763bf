"""The town says on which week days its schools are open."""

from collections.abc import Set

from planning.application.ports import CalendarStore


async def set_school_week(store: CalendarStore, week_days: Set[int]) -> None:
    """Week days (0 is Monday) by which deadlines count days of school, of every year."""
    await store.lock_calendars()
    await store.replace_school_week(week_days)
