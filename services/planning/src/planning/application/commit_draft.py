"""Committing the draft: whole or not at all, in a constant number of statements."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from chassis.ids import new_id
from contracts.events import ReservationsCommitted
from contracts.events.planning import ReservationState
from contracts.values import ReservationStatus
from planning.application.look import look_at_draft
from planning.application.ports import Basket, Commune, DraftStore, NewReservation
from planning.domain.cells import EXCLUDED_SINCE_REASON, OTHER_HOME_REASON, CellState, Refusal
from planning.domain.drafts import DraftEmptyError, LinesRefusedError
from planning.domain.limits import FULL_REASON, limits_of
from planning.domain.review import ReviewedLine, review
from planning.domain.rules import Action
from planning.domain.trail import Actor, traces

_LOST_RACES = {
    refusal.slug: refusal
    for refusal in (
        Refusal("day-full", CellState.FULL, FULL_REASON),
        Refusal("slot-excluded", CellState.EXCLUDED, EXCLUDED_SINCE_REASON),
        Refusal("already-booked", CellState.BOOKED, OTHER_HOME_REASON),
        Refusal("not-booked", CellState.AVAILABLE, "Ce jour n'est pas, ou plus, réservé."),
    )
}
"""What another family, or the child's other home, can have done since the draft was read."""


async def commit_draft(
    store: DraftStore, commune: Commune, family_id: UUID, actor: Actor
) -> tuple[UUID, list[ReviewedLine]]:
    """Books and cancels every line and publishes one ``ReservationsCommitted``. Returns the basket's id and lines.

    Rules are checked here once more, at one reading of the clock. Raises ``DraftEmptyError``, ``LinesRefusedError``.
    """
    await store.lock_draft(family_id)
    outlook = await look_at_draft(store, commune, family_id)
    lines = review(outlook)
    if not lines:
        raise DraftEmptyError
    _refuse([line.refused(line.refusal) for line in lines if line.refusal])
    booked = {new_id(): line for line in lines if line.line.action is Action.BOOK}
    cancelled = {
        line.booking.reservation_id: line for line in lines if line.line.action is Action.CANCEL and line.booking
    }
    basket = Basket(
        basket_id=new_id(),
        family_id=family_id,
        committed_at=outlook.moment.now,
        members=sorted({line.member.member_id for line in lines}),
        booked=[_new_reservation(reservation_id, line) for reservation_id, line in booked.items()],
        cancelled=list(cancelled),
    )
    lost = await store.commit_basket(basket)
    _refuse([(booked | cancelled)[reservation_id].refused(_LOST_RACES[slug]) for reservation_id, slug in lost.items()])
    states = [*_states(booked, ReservationStatus.BOOKED), *_states(cancelled, ReservationStatus.CANCELLED)]
    event = ReservationsCommitted(basket_id=basket.basket_id, family_id=family_id, reservations=tuple(states))
    await store.record(traces(family_id, actor, [(line.line.action, line.line.what) for line in lines]))
    await store.publish(event, sequence=1)
    return basket.basket_id, lines


def _refuse(refused: Sequence[dict[str, str]]) -> None:
    if refused:
        raise LinesRefusedError("Certaines lignes ne peuvent plus être réservées. Rien n'a été réservé.", lines=refused)


def _new_reservation(reservation_id: UUID, line: ReviewedLine) -> NewReservation:
    calendar = line.activity.calendar
    return NewReservation(
        reservation_id=reservation_id,
        member_id=line.member.member_id,
        activity_id=line.activity.activity_id,
        regie_id=line.activity.regie_id,
        day=line.line.day,
        slot=line.line.slot,
        unit_price_cents=line.unit_price_cents,
        tariff_label=line.tariff_label,
        counters=limits_of(calendar, line.member, line.line.day, line.line.slot) if calendar else (),
        excluded_slots=line.activity.excluded_with(line.line.slot),
    )


def _states(lines: Mapping[UUID, ReviewedLine], status: ReservationStatus) -> list[ReservationState]:
    return [
        ReservationState(
            reservation_id=reservation_id,
            version=line.booking.version + 1 if line.booking else 1,
            member_id=line.member.member_id,
            activity_id=line.activity.activity_id,
            regie_id=line.activity.regie_id,
            day=line.line.day,
            slot=line.line.slot,
            element_name=line.element_name,
            tariff_label=line.tariff_label,
            unit_price_cents=line.unit_price_cents,
            status=status,
        )
        for reservation_id, line in lines.items()
    ]
