"""The town hall creates or renames a régie."""

from enrolment.application.ports import Store
from enrolment.application.save_activity import publish_activity
from enrolment.domain.activity import Regie


async def save_regie(store: Store, wanted: Regie) -> None:
    """Stores a régie; its activities, which carry its name, are published again when it changed."""
    if not await store.write_regie(wanted):
        return
    for activity, version in await store.bump_activities_of(wanted.regie_id):
        await publish_activity(store, activity, version)
