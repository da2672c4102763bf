"""Committing the draft: whole or not at all, in two round trips: a look, and the commit of what was seen."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chassis.errors import TransientError
from chassis.idempotency import IdempotencyMismatchError, KeyedRequest
from chassis.ids import new_id
from contracts.events import ReservationsCommitted
from contracts.events.planning import ReservationState
from contracts.values import ReservationStatus
from planning.application.look import moment, outlook_of
from planning.application.ports import (
    Basket,
    BasketStore,
    Cancellation,
    Commune,
    Holdings,
    NewReservation,
)
from planning.domain.counters import counters_of, refused_together, taken_by
from planning.domain.drafts import DraftEmptyError, LinesRefusedError
from planning.domain.outlook import Outlook
from planning.domain.review import ReviewedLine, review
from planning.domain.rules import Action
from planning.domain.trail import Actor, traces

_LOOKS = 10

Answer = Callable[[UUID, Sequence[ReviewedLine], datetime], bytes]
"""What is answered for a basket's id, its lines and its moment; kept with the basket for the request's key."""


@dataclass(frozen=True)
class Asked:
    """Who wants a draft committed, with which key, and what is answered."""

    actor: Actor
    request: KeyedRequest | None
    answer: Answer


@dataclass(frozen=True)
class Committed:
    """``again``: the answer is the one given before to the same request."""

    answer: bytes
    again: bool


Judge = Callable[[Outlook, Holdings], Basket]
"""What is to be committed of what was seen; raises why nothing is."""


class BasketContendedError(TransientError):
    """Each time the family's days were looked at, something changed before they were committed."""


async def commit_draft(store: BasketStore, commune: Commune, family_id: UUID, asked: Asked) -> Committed:
    """Books and cancels every line and publishes one ``ReservationsCommitted``.

    Raises ``DraftEmptyError`` and what ``commit_basket`` raises.
    """

    def judge(outlook: Outlook, held: Holdings) -> Basket:
        lines = review(outlook)
        if not lines:
            raise DraftEmptyError
        return basket_of(outlook, held, lines, asked)

    return await commit_basket(store, commune, (family_id, None), asked, judge)


async def commit_basket(
    store: BasketStore, commune: Commune, seen: tuple[UUID, tuple[date, date] | None], asked: Asked, judge: Judge
) -> Committed:
    """Commits what is judged of what is ``seen``: a family, and a half-open period, by default that of its draft.

    Rules are checked here once more, at one reading of the clock. What has changed by the moment of the commit (places
    taken, the other home, the draft, a calendar) has everything looked at again, which says why it is refused.
    Raises what ``judge`` raises, ``IdempotencyMismatchError`` and ``BasketContendedError``.
    """
    family_id, period = seen
    for _ in range(_LOOKS):
        present = moment(store, commune)
        held = await store.holdings(family_id, period, asked.request)
        if held.kept and asked.request:
            if held.kept.request_hash != asked.request.request_hash:
                raise IdempotencyMismatchError
            return Committed(held.kept.body, again=True)
        basket = judge(outlook_of(family_id, present, held), held)
        if await store.commit(basket):
            return Committed(basket.answer, again=False)
    raise BasketContendedError(f"famille {family_id}")


def _check_possible(outlook: Outlook, lines: list[ReviewedLine]) -> None:
    refused = [line.refused(line.refusal) for line in lines if line.refusal] or refused_together(outlook, lines)
    if refused:
        raise LinesRefusedError("Certaines lignes ne peuvent plus être réservées. Rien n'a été réservé.", lines=refused)


def basket_of(outlook: Outlook, held: Holdings, lines: list[ReviewedLine], asked: Asked) -> Basket:
    """The lines as a basket of the family's draft. Raises ``LinesRefusedError`` when one is not possible."""
    _check_possible(outlook, lines)
    basket_id = new_id()
    booked = {new_id(): line for line in lines if line.line.action is Action.BOOK}
    cancelled = {
        line.booking.reservation_id: line for line in lines if line.line.action is Action.CANCEL and line.booking
    }
    now = outlook.moment.now
    states = [*_states(booked, ReservationStatus.BOOKED, now), *_states(cancelled, ReservationStatus.CANCELLED, now)]
    return Basket(
        basket_id=basket_id,
        family_id=outlook.family_id,
        committed_at=now,
        calendar_version=held.calendar_version,
        draft=held.draft,
        booked=[_new_reservation(each, line, line.pay_until(now)) for each, line in booked.items()],
        cancelled=[
            Cancellation(line.booking.reservation_id, line.booking.version, line.member.member_id)
            for line in cancelled.values()
            if line.booking
        ],
        taken=taken_by(lines),
        event=ReservationsCommitted(basket_id=basket_id, family_id=outlook.family_id, reservations=tuple(states)),
        actor=asked.actor,
        traces=traces(outlook.family_id, asked.actor, [(line.line.action, line.line.what) for line in lines]),
        request=asked.request,
        answer=asked.answer(basket_id, lines, now),
    )


def _new_reservation(reservation_id: UUID, line: ReviewedLine, until: datetime | None) -> NewReservation:
    return NewReservation(
        reservation_id=reservation_id,
        member_id=line.member.member_id,
        activity_id=line.activity.activity_id,
        regie_id=line.activity.regie_id,
        day=line.line.day,
        slot=line.line.slot,
        unit_price_cents=line.unit_price_cents,
        tariff_label=line.tariff_label,
        counters=counters_of(line),
        excluded_slots=line.activity.excluded_with(line.line.slot),
        pay_until=until,
    )


def _states(lines: Mapping[UUID, ReviewedLine], status: ReservationStatus, now: datetime) -> list[ReservationState]:
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
            pay_until=line.pay_until(now),
        )
        for reservation_id, line in lines.items()
    ]
