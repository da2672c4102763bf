"""Waiting for a place: who may join, in which order places are given on, and what becomes of an offer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from chassis.errors import DomainError
from contracts.values import PlaceOfferStatus
from planning.domain.activities import Activity
from planning.domain.cells import BookedBy, CellState, Refusal
from planning.domain.counters import Taking
from planning.domain.limits import CountedSlot, Limit, everyones_limits, limits_of
from planning.domain.members import Member
from planning.domain.outlook import Outlook
from planning.domain.rules import Action
from planning.domain.slots import ActivitySlot, DaySlot, MemberSlot
from planning.domain.waiting_rules import Standing, WaitingRules, points

CONFIRMED_REASON = "Place libérée, attribuée par la liste d'attente"
ACCEPTED_REASON = "Place de la liste d'attente, acceptée"
_ENDED = {
    PlaceOfferStatus.ACCEPTED: "Cette place est déjà acceptée : le jour est réservé.",
    PlaceOfferStatus.CONFIRMED: "Cette place est déjà réservée.",
    PlaceOfferStatus.DECLINED: "Cette place a été refusée : elle a été proposée à une autre famille.",
    PlaceOfferStatus.LAPSED: "Le délai pour accepter est passé : la place a été proposée à une autre famille.",
    PlaceOfferStatus.WITHDRAWN: "Cette place n'est plus à accepter : le jour a été réservé autrement.",
}


@dataclass(frozen=True)
class Ending:
    """What became of an offer; ``reason``: why its day does not take place."""

    status: PlaceOfferStatus
    reason: str | None = None


class OfferEndedError(DomainError):
    """An offer that can no longer be accepted or declined."""

    slug = "offer-ended"

    @classmethod
    def of(cls, ending: Ending) -> "OfferEndedError":
        """Says what became of it."""
        return cls(f"Cette place n'est plus à accepter : {ending.reason}" if ending.reason else _ENDED[ending.status])


class PlaceRefusedError(DomainError):
    """The place is there, but the day cannot be booked; the detail says why, ``cause`` is the refusal's slug."""

    slug = "place-refused"


@dataclass(frozen=True)
class Waiting:
    """A member who waits for a slot of a day."""

    waiting_id: UUID
    family_id: UUID
    member: Member
    activity_id: UUID
    when: DaySlot
    joined_at: datetime
    standing: Standing

    @property
    def what(self) -> MemberSlot:
        """What is waited for."""
        return MemberSlot(self.member.member_id, self.activity_id, *self.when)

    @property
    def place(self) -> ActivitySlot:
        """Where the place is."""
        return self.what.place


@dataclass(frozen=True)
class WaitingWish:
    """Slots of days of one activity that a member wants to wait for."""

    member_id: UUID
    activity_id: UUID
    whens: Sequence[DaySlot]

    @property
    def period(self) -> tuple[date, date]:
        """The half-open period that they span."""
        days = [when.day for when in self.whens]
        return min(days), max(days) + timedelta(days=1)


@dataclass(frozen=True)
class PlaceOffer:
    """A place held for a member, or given to it. ``expires_at`` is None when it was booked at once.

    ``counters``: those in which the place is held; none once it is not. ``reason``: why its day does not take place.
    """

    offer_id: UUID
    reservation_id: UUID
    family_id: UUID
    member_id: UUID
    activity_id: UUID
    when: DaySlot
    status: PlaceOfferStatus
    expires_at: datetime | None
    first_name: str
    element_name: str
    unit_price_cents: int
    counters: tuple[str, ...] = ()
    reason: str | None = None
    school: str | None = None

    @property
    def what(self) -> MemberSlot:
        """What is offered."""
        return MemberSlot(self.member_id, self.activity_id, *self.when)

    def check_open(self, now: datetime) -> None:
        """Raises ``OfferEndedError`` when the offer cannot be answered any more."""
        if self.status is not PlaceOfferStatus.OFFERED:
            raise OfferEndedError.of(Ending(self.status, self.reason))
        if self.expires_at and self.expires_at < now:
            raise OfferEndedError.of(Ending(PlaceOfferStatus.LAPSED))


def in_order(rules: WaitingRules, waiting: Iterable[Waiting]) -> list[Waiting]:
    """Those who wait for slots of an activity's day, the first to be served first."""
    return sorted(waiting, key=lambda each: (-points(rules, each.standing), each.joined_at, each.waiting_id))


def joining_refusal(outlook: Outlook, member: Member, activity: Activity, when: DaySlot) -> Refusal | None:
    """Why a member cannot wait for a slot: only a day that could be booked if it were not full can be waited for."""
    refusal = outlook.refusal(member, activity, when, Action.BOOK)
    if refusal is None:
        return Refusal("place-free", CellState.AVAILABLE, "Il reste une place : réservez ce jour dans le planning.")
    if refusal.state is not CellState.FULL:
        return refusal
    if activity.calendar is None or not activity.calendar.waiting.is_open:
        return Refusal("no-waiting-list", CellState.FULL, f"{refusal.reason} Il n'y a pas de liste d'attente.")
    spot = outlook.spots.get(MemberSlot(member.member_id, activity.activity_id, *when))
    if spot and spot.by is BookedBy.OTHER_HOME:
        reason = "L'autre foyer attend déjà une place pour ce jour (autre foyer)."
        return Refusal("already-waiting", CellState.FULL, reason)
    return None


class FreePlaces:
    """The places left of a day of an activity while they are given on, counter by counter."""

    def __init__(self, activity: Activity, booked: Mapping[CountedSlot, int]) -> None:
        self._activity, self._booked = activity, dict(booked)
        self.given: dict[CountedSlot, Taking] = {}

    def any_left(self, place: ActivitySlot) -> bool:
        """Whether anyone could still be given a place of a slot."""
        return self._all_free(place, everyones_limits(self._activity, place.slot))

    def limits_for(self, member: Member, place: ActivitySlot) -> tuple[Limit, ...] | None:
        """What a member's place of a slot counts in; None when one of these is full."""
        limits = limits_of(self._activity, member, place.day, place.slot)
        return limits if self._all_free(place, limits) else None

    def give(self, place: ActivitySlot, limits: Iterable[Limit]) -> None:
        """One place less in each."""
        for counter, most in limits:
            counted = CountedSlot.named(place, counter)
            given = self.given.get(counted, Taking(0, most))
            self._booked[counted] = self._booked.get(counted, 0) + 1
            self.given[counted] = Taking(given.places + 1, most)

    def _all_free(self, place: ActivitySlot, limits: Iterable[Limit]) -> bool:
        return all(
            limit.places is None or self._booked.get(CountedSlot.named(place, limit.counter), 0) < limit.places
            for limit in limits
        )
