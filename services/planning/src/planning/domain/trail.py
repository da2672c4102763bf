"""The trail: who booked, cancelled or announced what, and when, in words that the family can read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from planning.domain.rules import Action
from planning.domain.slots import MemberSlot


class ActorKind(StrEnum):
    """On which side someone acts. ``portal`` is nobody: a rule that the town set acted by itself."""

    FAMILY = "family"
    TOWN_HALL = "town_hall"
    PORTAL = "portal"


class Told(StrEnum):
    """What is said of a day, beside booking and cancelling it: its absence; what its list adds to the bill, or gives
    back; that its waiting list is joined or left; that a place that was offered is let go.
    """

    ABSENCE = "absence"
    CHARGE = "charge"
    CHARGE_BACK = "charge_back"
    WAIT = "wait"
    WAIT_NO_MORE = "wait_no_more"
    DECLINE = "decline"


@dataclass(frozen=True)
class Actor:
    """Who acts. Names are not kept in the trail: the guardian's is looked up when it is read."""

    kind: ActorKind
    account_id: UUID | None = None
    guardian_id: UUID | None = None

    @property
    def is_town_hall(self) -> bool:
        """Whether the town hall acts, for a family that comes to it."""
        return self.kind is ActorKind.TOWN_HALL


PORTAL = Actor(ActorKind.PORTAL)


@dataclass(frozen=True)
class Trace:
    """What one actor did at one moment for one family. ``reason`` is why, where a person ought to know it."""

    family_id: UUID
    actor: Actor
    action: Action | Told
    slots: tuple[MemberSlot, ...]
    reason: str | None = None

    def entries(self) -> list[tuple[UUID, UUID, str, list[date]]]:
        """Member, activity, slot and days: what becomes one entry each."""
        days: dict[tuple[UUID, UUID, str], list[date]] = {}
        for what in sorted(self.slots):
            days.setdefault((what.member_id, what.activity_id, what.slot), []).append(what.day)
        return [(*whose, of) for whose, of in days.items()]


def traces(family_id: UUID, actor: Actor, changes: Iterable[tuple[Action, MemberSlot]]) -> list[Trace]:
    """What a family's basket leaves in the trail: bookings, then cancellations."""
    slots: dict[Action, list[MemberSlot]] = {action: [] for action in Action}
    for action, what in changes:
        slots[action].append(what)
    return [Trace(family_id, actor, action, tuple(of)) for action, of in slots.items() if of]
