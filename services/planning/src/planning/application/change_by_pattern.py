"""«Modification avancée»: previewed, then put into the draft. Nothing is booked before the commit."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from chassis.errors import NotFoundError
from planning.application.look import look_at_period
from planning.application.ports import Commune, DraftStore, OutlookStore
from planning.domain.advanced import AdvancedChange, Proposal, costs, once_drafted, propose
from planning.domain.outlook import Outlook
from planning.domain.patterns import LikeSibling


class AdvancedDraftStore(DraftStore, Protocol):
    """The draft, changed for several members and activities at once."""

    async def apply_proposals(self, family_id: UUID, proposals: Sequence[Proposal]) -> None:
        """Adds the lines drafted and deletes those given up, in one statement."""
        ...


@dataclass(frozen=True)
class Outcome:
    """What a change does. ``period_cost_cents`` is of the members concerned, ``draft_count`` of the whole draft."""

    change: AdvancedChange
    proposals: Sequence[Proposal]
    period_cost_cents: int
    draft_count: int


async def preview_change(store: OutlookStore, commune: Commune, family_id: UUID, change: AdvancedChange) -> Outcome:
    """What the change would do now. Raises ``NotFoundError`` for a member or activity that is not the family's."""
    from_day = change.source.looks_from(change.period)
    outlook = await look_at_period(store, commune, family_id, from_day, change.period[1])
    asked = {*change.member_ids, *([change.source.sibling_id] if isinstance(change.source, LikeSibling) else [])}
    if not asked <= outlook.members.keys() or not set(change.activity_ids) <= outlook.activities.keys():
        raise NotFoundError
    return await asyncio.to_thread(_outcome, outlook, change)  # a year of many days would hold others up


def _outcome(outlook: Outlook, change: AdvancedChange) -> Outcome:
    proposals = propose(outlook, change)
    after = once_drafted(outlook, proposals)
    cost = costs(after, change.member_ids, change.period)
    return Outcome(change, proposals, cost, len(after.draft))


async def apply_change(store: AdvancedDraftStore, commune: Commune, family_id: UUID, change: AdvancedChange) -> Outcome:
    """Drafts what is possible now, whatever a preview said. Raises ``NotFoundError``."""
    await store.lock_draft(family_id)
    outcome = await preview_change(store, commune, family_id, change)
    await store.apply_proposals(family_id, outcome.proposals)
    return outcome
