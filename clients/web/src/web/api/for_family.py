"""planning: what the town hall does for a family."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from web.api.absences import Announcement, OwnAbsences
from web.api.client import Answer, Api
from web.api.planning import DaySlot, Planning, PlanningMember, chosen_days
from web.api.waiting import OwnList

_BASE = "planning/v1/families"
Chosen = Mapping[UUID, Iterable[DaySlot]]
"""Slots of days by activity."""


@dataclass(frozen=True)
class Basket:
    """Days of one member to book and to cancel.

    Set aside, for the ``reason``: deadlines (``late``), what the family has to do first (``blocked``).
    """

    member_id: UUID
    book: Chosen
    cancel: Chosen
    late: bool
    blocked: bool
    reason: str


class DoneLine(Answer):
    """A day that was booked or cancelled."""

    action: str


class DoneBasket(Answer):
    """What was done."""

    lines: list[DoneLine]

    def count(self, action: str) -> int:
        """How many days were booked (``book``) or cancelled (``cancel``)."""
        return sum(line.action == action for line in self.lines)


async def members(api: Api, family_id: UUID) -> list[PlanningMember]:
    """A family's members, with their activities. ``ApiProblem`` not-found for a family that has none."""
    return await api.get(list[PlanningMember], f"{_BASE}/{family_id}/members")


async def planning(api: Api, family_id: UUID, member_id: UUID, start: date, end: date) -> Planning:
    """A member's planning as the family sees it, without its draft; and what can be granted all the same."""
    query = {"member_id": str(member_id), "from": start.isoformat(), "to": end.isoformat()}
    return await api.get(Planning, f"{_BASE}/{family_id}/planning", query)


async def commit(api: Api, family_id: UUID, basket: Basket) -> DoneBasket:
    """Books and cancels, all or none. ``ApiProblem``: lines-refused, reason-missing."""
    body = {
        "member_id": str(basket.member_id),
        "book": _days(basket.book),
        "cancel": _days(basket.cancel),
        "deadlines_set_aside": basket.late,
        "blocks_set_aside": basket.blocked,
        "reason": basket.reason or None,
    }
    return await api.send(DoneBasket, "POST", f"{_BASE}/{family_id}/baskets", body)


async def absences(api: Api, family_id: UUID) -> OwnAbsences:
    """A family's absences, and the days whose absence can be announced."""
    return await api.get(OwnAbsences, f"{_BASE}/{family_id}/absences")


async def announce(api: Api, family_id: UUID, wish: Announcement) -> None:
    """Announces days for a family, all or none. ``ApiProblem`` lines-refused."""
    await api.command("POST", f"{_BASE}/{family_id}/absences", wish.said)


async def waiting_lists(api: Api, family_id: UUID) -> OwnList:
    """What a family waits for, the places to answer, and what became of others."""
    return await api.get(OwnList, f"{_BASE}/{family_id}/waiting-list")


async def wait(api: Api, family_id: UUID, member_id: UUID, activity_id: UUID, whens: Iterable[DaySlot]) -> None:
    """Waits for slots of days for a family, all or none. ``ApiProblem`` lines-refused."""
    body = {"member_id": str(member_id), **chosen_days(activity_id, whens)}
    await api.command("POST", f"{_BASE}/{family_id}/waiting-list", body)


async def wait_no_more(api: Api, family_id: UUID, waiting_id: UUID) -> None:
    """``ApiProblem`` not-found, also when a place has come."""
    await api.command("DELETE", f"{_BASE}/{family_id}/waiting-list/{waiting_id}")


async def answer(api: Api, family_id: UUID, offer_id: UUID, word: Literal["accept", "decline"]) -> None:
    """Accepts or lets go a family's place. ``ApiProblem`` offer-ended, place-refused."""
    await api.command("POST", f"{_BASE}/{family_id}/place-offers/{offer_id}/{word}")


def _days(chosen: Chosen) -> list[dict[str, object]]:
    return [chosen_days(activity_id, whens) for activity_id, whens in chosen.items()]
