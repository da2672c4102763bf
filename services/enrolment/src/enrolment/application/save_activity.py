"""The town hall creates or updates an activity."""

from contracts.events import ActivityPublished
from contracts.events.enrolment import OfferedSlot
from contracts.values import Regie as PublishedRegie
from enrolment.application.ports import Store
from enrolment.application.reprice import reprice
from enrolment.domain.activity import Activity
from enrolment.domain.slots import Slot


async def save_activity(store: Store, wanted: Activity) -> None:
    """Stores and publishes the activity; changed tariffs count from the next month for adhesions in force."""
    stored = await store.lock_activity(wanted.activity_id)
    if stored == wanted:
        return
    version = await store.write_activity(wanted)
    await publish_activity(store, wanted, version)
    if stored and (stored.tariff, stored.slots) != (wanted.tariff, wanted.slots):
        await reprice(store, activity_id=wanted.activity_id)


async def publish_activity(store: Store, activity: Activity, version: int) -> None:
    """Publishes an activity as it is."""
    await store.publish(
        ActivityPublished(
            activity_id=activity.activity_id,
            name=activity.name,
            category=activity.category,
            element_name=activity.element_name,
            season=activity.season,
            opens_on=activity.opens_on,
            closes_on=activity.closes_on,
            regie=PublishedRegie(regie_id=activity.regie.regie_id, name=activity.regie.name),
            slots=tuple(_offered(slot) for slot in activity.slots),
        ),
        sequence=version,
    )


def _offered(slot: Slot) -> OfferedSlot:
    return OfferedSlot(
        code=slot.code,
        name=slot.name,
        from_time=slot.from_time.isoformat("minutes"),
        until_time=slot.until_time.isoformat("minutes"),
        compatible_with=slot.compatible_with,
    )
