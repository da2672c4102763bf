"""planning: waiting lists, places offered, the town's rules of them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from web.api.client import Answer, Api
from web.api.planning import DaySlot, SlotOfDay, chosen_days

_BASE = "planning/v1"
OfferStatus = Literal["offered", "accepted", "declined", "lapsed", "withdrawn", "confirmed"]


class Waiting(Answer):
    """A slot that a member waits for; rank 1 is next."""

    waiting_id: UUID
    first_name: str
    activity_name: str
    element_name: str
    day: date
    joined_at: datetime
    rank: int


class Offer(Answer):
    """A place kept for a member until ``expires_at``, or what became of it; ``reason`` when its day is closed."""

    offer_id: UUID
    first_name: str
    last_name: str = ""
    family_id: UUID | None = None
    family_name: str | None = None
    activity_name: str
    element_name: str
    day: date
    status: OfferStatus
    offered_at: datetime
    expires_at: datetime | None = None
    ended_at: datetime | None = None
    unit_price_cents: int | None = None
    reason: str | None = None


class OwnList(Answer):
    """What the family waits for, the places to answer, and what became of others."""

    waiting: list[Waiting]
    offers: list[Offer]
    ended: list[Offer]


class SlotWaiting(SlotOfDay):
    """How many wait for a slot of a day, and how many places are offered and not answered."""

    waiting: int
    offered: int


class RankReason(Answer):
    """Points, and why."""

    points: int
    sentence: str


class Ranked(Answer):
    """Someone who waits, in order."""

    rank: int
    member_id: UUID
    first_name: str
    last_name: str
    family_id: UUID
    family_name: str | None = None
    joined_at: datetime
    points: int
    reasons: list[RankReason] = Field(default_factory=list)


class SlotList(Answer):
    """The list of a slot of a day; ``how`` places are given on, in words."""

    activity_id: UUID
    activity_name: str
    element_name: str
    day: date
    slot: str
    how: str
    waiting: list[Ranked]
    offers: list[Offer]


class Rules(Answer):
    """How an activity's list works; ``how`` in words."""

    is_open: bool
    promotion: Literal["offer", "confirm"]
    accept_within_minutes: int
    ranking: Literal["first_come", "points"]
    sibling_points: int
    first_day_points: int
    how: str = ""


class Points(Answer):
    """Points that the town hall gave a member."""

    member_id: UUID
    first_name: str
    points: int
    reason: str | None = None


async def own_list(api: Api) -> OwnList:
    """The family's waiting lists."""
    return await api.get(OwnList, f"{_BASE}/waiting-list")


async def join(api: Api, member_id: UUID, activity_id: UUID, whens: Iterable[DaySlot]) -> None:
    """Waits for slots of days, all or none. ``ApiProblem`` lines-refused."""
    body = {"member_id": str(member_id), **chosen_days(activity_id, whens)}
    await api.command("POST", f"{_BASE}/waiting-list", body)


async def leave(api: Api, waiting_id: UUID) -> None:
    """Waits no more. ``ApiProblem`` not-found, also when a place has come."""
    await api.command("DELETE", f"{_BASE}/waiting-list/{waiting_id}")


async def answer(api: Api, offer_id: UUID, word: Literal["accept", "decline"]) -> None:
    """Accepts or lets go a place. ``ApiProblem`` offer-ended, place-refused."""
    await api.command("POST", f"{_BASE}/place-offers/{offer_id}/{word}")


async def slots_with_waiting(api: Api, start: date, end: date, activity_id: UUID | None = None) -> list[SlotWaiting]:
    """Slots of a half-open period for which someone waits, for the staff."""
    query = {
        "from": start.isoformat(),
        "to": end.isoformat(),
        "activity_id": str(activity_id) if activity_id else None,
    }
    return await api.get(list[SlotWaiting], f"{_BASE}/waiting-lists", query)


async def slot_list(api: Api, activity_id: UUID, day: date, slot: str) -> SlotList:
    """Who waits for a slot, in order, and to whom places were given."""
    query = {"activity_id": str(activity_id), "day": day.isoformat(), "slot": slot}
    return await api.get(SlotList, f"{_BASE}/waiting-lists/slot", query)


async def rules(api: Api, activity_id: UUID) -> Rules:
    """An activity's rules. ``ApiProblem`` not-found without calendar."""
    return await api.get(Rules, f"{_BASE}/activities/{activity_id}/waiting-list-rules")


async def set_rules(api: Api, activity_id: UUID, wanted: Rules) -> None:
    """Replaces them."""
    body = wanted.model_dump(mode="json", exclude={"how"})
    await api.command("PUT", f"{_BASE}/activities/{activity_id}/waiting-list-rules", body)


async def points(api: Api, member_id: UUID) -> Points:
    """The points that the town hall gave a member."""
    return await api.get(Points, f"{_BASE}/members/{member_id}/waiting-points")


async def give_points(api: Api, member_id: UUID, number: int, reason: str) -> None:
    """Gives points with their reason; 0 takes them away."""
    body = {"points": number, "reason": reason or None}
    await api.command("PUT", f"{_BASE}/members/{member_id}/waiting-points", body)
