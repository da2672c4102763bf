"""What the routes of waiting lists take and answer."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from contracts.values import PlaceOfferStatus
from planning.domain.waiting_rules import Promotion, Ranking, WaitingRules, describe_waiting
from planning.entrypoints.http.common import Request, Sentence, SlotOfMember

Points = Annotated[int, Field(ge=0, le=1000)]


class WaitingView(SlotOfMember):
    """A slot that a member waits for. ``rank`` 1 is next."""

    waiting_id: UUID
    joined_at: datetime
    rank: int


class OfferView(SlotOfMember):
    """A place given on. ``expires_at`` is the last instant to accept it; null when it was booked at once.

    ``unit_price_cents`` is null once the place is another family's. ``reason``: why a day does not take place whose
    place was withdrawn.
    """

    offer_id: UUID
    status: PlaceOfferStatus
    offered_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None
    unit_price_cents: int | None
    reason: str | None


class OwnWaitingList(BaseModel):
    """What a family waits for. ``offers``: places to accept or decline; ``ended``: what became of others."""

    waiting: list[WaitingView]
    offers: list[OfferView]
    ended: list[OfferView]


class AcceptedPlace(BaseModel):
    """A place that is booked."""

    basket_id: UUID
    reservation_id: UUID
    member_id: UUID
    first_name: str
    activity_id: UUID
    element_name: str
    day: date
    slot: str
    unit_price_cents: int


class SlotWaiting(BaseModel):
    """How many wait for a slot of a day, and how many places of it are offered and not yet answered."""

    model_config = ConfigDict(from_attributes=True)

    day: date
    slot: str
    slot_name: str | None
    activity_id: UUID
    activity_name: str
    waiting: int
    offered: int


class RankReason(BaseModel):
    """Points and why."""

    model_config = ConfigDict(from_attributes=True)

    points: int
    sentence: str


class RankedMember(BaseModel):
    """Someone who waits, and what the rank is made of."""

    rank: int
    waiting_id: UUID
    member_id: UUID
    first_name: str
    last_name: str
    family_id: UUID
    family_name: str | None
    joined_at: datetime
    points: int
    reasons: list[RankReason]


class OfferOfSlot(OfferView):
    """A place of the slot that was given on, and to whom."""

    family_id: UUID
    last_name: str
    family_name: str | None


class SlotWaitingList(BaseModel):
    """The waiting list of a slot of a day; ``how`` says in words how places are given on."""

    activity_id: UUID
    activity_name: str
    element_name: str
    day: date
    slot: str
    how: str
    waiting: list[RankedMember]
    offers: list[OfferOfSlot]


class Rules(Request):
    """How an activity's waiting list works. Points count where ``ranking`` is ``points``.

    ``accept_within_minutes``: at most a week; an offer never lasts past the last moment to book its day.
    """

    is_open: bool = True
    promotion: Promotion = Promotion.OFFER
    accept_within_minutes: Annotated[int, Field(ge=15, le=7 * 24 * 60)] = 24 * 60
    ranking: Ranking = Ranking.FIRST_COME
    sibling_points: Points = 0
    first_day_points: Points = 0

    def to_domain(self) -> WaitingRules:
        """The rules."""
        minutes = timedelta(minutes=self.accept_within_minutes)
        facts = self.model_dump(exclude={"accept_within_minutes"})
        return WaitingRules(**facts, accept_within=minutes)


class RulesView(Rules):
    """The rules, and the sentence that parents read."""

    how: str

    @classmethod
    def of(cls, rules: WaitingRules) -> "RulesView":
        """Reads rules."""
        return cls(
            is_open=rules.is_open,
            promotion=rules.promotion,
            accept_within_minutes=int(rules.accept_within.total_seconds()) // 60,
            ranking=rules.ranking,
            sibling_points=rules.sibling_points,
            first_day_points=rules.first_day_points,
            how=describe_waiting(rules),
        )


class MemberPoints(Request):
    """Points that the town hall gives a member on every list that goes by points, and why; 0 takes them away."""

    points: Points
    reason: Sentence | None = None

    @model_validator(mode="after")
    def _says_why(self) -> "MemberPoints":
        if self.points and self.reason is None:
            raise ValueError("des points se donnent avec leur raison")
        return self


class MemberPointsView(BaseModel):
    """The town hall's points of a member."""

    model_config = ConfigDict(from_attributes=True)

    member_id: UUID
    first_name: str
    points: int
    reason: str | None
