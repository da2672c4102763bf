"""A family waits for days that are full, or no longer does; the town hall may do it for a family that asks."""

from collections.abc import Sequence
from uuid import UUID

from chassis.errors import NotFoundError
from planning.application.look import look_at_period
from planning.application.ports import Commune
from planning.application.reckon_points import reckon_points
from planning.application.waiting_ports import WaitingStore
from planning.domain.drafts import LinesRefusedError
from planning.domain.for_family import seen_at_town_hall
from planning.domain.slots import MemberSlot
from planning.domain.trail import Actor, Told, Trace
from planning.domain.waiting import WaitingWish, joining_refusal


async def join_waiting_list(
    store: WaitingStore, commune: Commune, family_id: UUID, wish: WaitingWish, actor: Actor
) -> Sequence[UUID]:
    """Adds a member to the lists of these slots, all or none. Returns the ids of its rows.

    Raises ``NotFoundError``, ``LinesRefusedError``.
    """
    await store.hold_member(wish.member_id)
    outlook = await look_at_period(store, commune, family_id, *wish.period)
    if actor.is_town_hall:
        outlook = seen_at_town_hall(outlook)
    member, activity = outlook.member_and_activity(wish.member_id, wish.activity_id)
    refused = [
        refusal.of_day(*when) for when in wish.whens if (refusal := joining_refusal(outlook, member, activity, when))
    ]
    if refused:
        raise LinesRefusedError(
            "Certains jours ne peuvent pas être attendus. Aucune liste d'attente n'est rejointe.", lines=refused
        )
    joined = await store.add_waiting(family_id, wish)
    waited = tuple(MemberSlot(wish.member_id, wish.activity_id, *when) for when in wish.whens)
    await store.trace([Trace(family_id, actor, Told.WAIT, waited)])
    await reckon_points(store, {what.place for what in waited})
    return joined


async def leave_waiting_list(store: WaitingStore, family_id: UUID, waiting_id: UUID, actor: Actor) -> None:
    """Waits no more. Raises ``NotFoundError``, also when a place was offered meanwhile."""
    member_id = await store.whose_waiting(family_id, waiting_id)
    if member_id is None:
        raise NotFoundError("Ce jour n'est plus attendu.")
    await store.hold_member(member_id)
    what = await store.remove_waiting(waiting_id)
    if what is None:
        raise NotFoundError("Ce jour n'est plus attendu : une place vient d'être attribuée.")
    await store.trace([Trace(family_id, actor, Told.WAIT_NO_MORE, (what,))])
