"""The town hall books and cancels for a family, whole or not at all; the family's own draft is left alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from chassis.ids import new_id
from contracts.events import ReservationsChangedByTownHall
from contracts.events.planning import ChangedDay
from contracts.values import ReservationStatus
from planning.application.commit_draft import Asked, Committed, basket_of, commit_basket
from planning.application.look import look_at_members, look_at_period
from planning.application.ports import Basket, BasketStore, Commune, Holdings, OutlookStore
from planning.domain.for_family import WishForFamily, review_wish, seen_at_town_hall, told_reason, traces_for_family
from planning.domain.outlook import Outlook
from planning.domain.review import ReviewedLine
from planning.domain.rules import Action

_STATUS = {Action.BOOK: ReservationStatus.BOOKED, Action.CANCEL: ReservationStatus.CANCELLED}


async def book_for_family(
    store: BasketStore, commune: Commune, family_id: UUID, wish: WishForFamily, asked: Asked
) -> Committed:
    """Commits it as a basket of the family: same rules, counters, event and trail; the family is told.

    Deadlines can be set aside, and what the family has to do before it books; nothing else. What is booked goes on the
    month's invoice, also where families pay at once.
    Raises ``NotFoundError``, ``LinesRefusedError``, ``IdempotencyMismatchError``, ``BasketContendedError``.
    """

    def judge(outlook: Outlook, held: Holdings) -> Basket:
        judged, lines = review_wish(seen_at_town_hall(outlook), wish, (new_id() for _ in wish.changes))
        basket = basket_of(judged, held, lines, asked)
        return replace(
            basket,
            draft=None,
            traces=traces_for_family(family_id, asked.actor, lines, wish.reason),
            told=_told(basket, lines, wish.reason),
        )

    days = [slot.day for slot in wish.changes]
    period = (min(days), max(days) + timedelta(days=1))
    return await commit_basket(store, commune, (family_id, period), asked, judge)


async def look_for_family(
    store: OutlookStore, commune: Commune, family_id: UUID, period: tuple[date, date] | None
) -> tuple[Outlook, int]:
    """A family's days of a half-open period (its members alone without), and how many lines its own draft has.

    The draft is left out: what it would change is the family's to decide.
    """
    if period:
        outlook = await look_at_period(store, commune, family_id, *period)
    else:
        outlook = await look_at_members(store, commune, family_id)
    return replace(seen_at_town_hall(outlook), draft=()), len(outlook.draft)


def _told(basket: Basket, lines: Sequence[ReviewedLine], reason: str | None) -> ReservationsChangedByTownHall:
    return ReservationsChangedByTownHall(
        basket_id=basket.basket_id,
        family_id=basket.family_id,
        days=tuple(
            ChangedDay(
                first_name=line.member.first_name,
                element_name=line.element_name,
                day=line.line.day,
                unit_price_cents=line.unit_price_cents,
                status=_STATUS[line.line.action],
                reason=told_reason(line.set_aside, reason),
            )
            for line in lines
        ),
    )
