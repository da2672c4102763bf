"""Changing the draft: the days wanted of one activity, lines given up."""

from uuid import UUID

from chassis.errors import NotFoundError
from planning.application.look import look_at_draft, look_at_period
from planning.application.ports import Commune, DraftStore
from planning.domain.drafts import LinesRefusedError, Wish, newly_asked, wanted_changes
from planning.domain.outlook import Outlook
from planning.domain.review import review
from planning.domain.slots import DaySlot


async def want_days(store: DraftStore, commune: Commune, family_id: UUID, wish: Wish) -> Outlook:
    """Drafts the difference between the days wanted and those booked.

    Raises ``NotFoundError``, ``LinesRefusedError``: then nothing is changed.
    """
    await store.lock_draft(family_id)
    outlook = await look_at_period(store, commune, family_id, *wish.period)
    member, activity = outlook.member_and_activity(wish.member_id, wish.activity_id)
    whose = (wish.member_id, wish.activity_id)
    ours = {what.when for what in outlook.bookings if what[:2] == whose and outlook.own_booking(what)}
    drafted = {line.what.when: line.action for line in outlook.draft if (line.member_id, line.activity_id) == whose}
    changes = wanted_changes(wish.wanted, ours)

    def beside(when: DaySlot) -> frozenset[str]:
        wanted = frozenset(other.slot for other in wish.wanted if other.day == when.day)
        return wanted | outlook.booked_by_others(member, activity, when.day)

    refused = [
        refusal.of_day(*when)
        for when, action in newly_asked(changes, drafted).items()
        if (refusal := outlook.refusal(member, activity, when, action, beside(when)))
    ]
    if refused:
        raise LinesRefusedError(lines=refused)
    await store.replace_lines(family_id, wish, changes)
    return await look_at_draft(store, commune, family_id)


async def remove_line(store: DraftStore, commune: Commune, family_id: UUID, line_id: UUID) -> Outlook:
    """Gives up one line. Raises ``NotFoundError``."""
    await store.lock_draft(family_id)
    if not await store.delete_lines(family_id, [line_id]):
        raise NotFoundError
    return await look_at_draft(store, commune, family_id)


async def remove_impossible_lines(store: DraftStore, commune: Commune, family_id: UUID) -> Outlook:
    """Gives up every line that can no longer be committed."""
    await store.lock_draft(family_id)
    lines = review(await look_at_draft(store, commune, family_id))
    await store.delete_lines(family_id, [line.line.line_id for line in lines if line.refusal])
    return await look_at_draft(store, commune, family_id)


async def empty_draft(store: DraftStore, family_id: UUID) -> None:
    """Gives everything up."""
    await store.lock_draft(family_id)
    await store.delete_draft(family_id)
