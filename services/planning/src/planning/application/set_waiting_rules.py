"""The town hall decides how places are given on, and gives children points."""

from datetime import date
from uuid import UUID

from chassis.errors import NotFoundError
from planning.application.reckon_points import reckon_points
from planning.application.waiting_ports import WaitingStore
from planning.domain.calendars import CalendarMissingError
from planning.domain.waiting_rules import WaitingRules


async def set_waiting_rules(store: WaitingStore, activity_id: UUID, rules: WaitingRules, today: date) -> None:
    """Replaces an activity's rules; ranks follow at once, offers that are out stay as they are.

    Raises ``CalendarMissingError``.
    """
    await store.lock_calendars()
    if not await store.set_rules(activity_id, rules):
        raise CalendarMissingError
    await reckon_points(store, await store.slots_waited_for(today, activity_id=activity_id))


async def give_points(store: WaitingStore, member_id: UUID, points: int, reason: str, today: date) -> None:
    """Gives a member points on every list that goes by points; 0 takes them away. Raises ``NotFoundError``."""
    if not await store.give_points(member_id, points, reason):
        raise NotFoundError
    await reckon_points(store, await store.slots_waited_for(today, member_id=member_id))
