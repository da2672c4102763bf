"""Keeps the points of those who wait up to date, so that a rank is read without working it out for everyone."""

from collections.abc import Collection

from planning.application.waiting_ports import WaitingStore
from planning.domain.slots import ActivitySlot
from planning.domain.waiting_rules import WaitingRules, points


async def reckon_points(store: WaitingStore, slots: Collection[ActivitySlot]) -> None:
    """Reckons the points of all who wait for these slots, in a constant number of statements."""
    if not slots:
        return
    activities = await store.activities()
    rules = {activity_id: activity.waiting for activity_id, activity in activities.items()}
    queue = await store.queues(slots)
    await store.set_points(
        {each.waiting_id: points(rules.get(each.activity_id, WaitingRules()), each.standing) for each in queue}
    )
