"""The trail: who booked or cancelled what, and when, in words that the family can read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from planning.domain.outlook import Slot
from planning.domain.rules import Action


class ActorKind(StrEnum):
    """On which side someone acts. ``portal`` is nobody: a rule that the town set acted by itself."""

    FAMILY = "family"
    TOWN_HALL = "town_hall"
    PORTAL = "portal"


@dataclass(frozen=True)
class Actor:
    """Who acts. Names are not kept in the trail: the guardian's is looked up when it is read."""

    kind: ActorKind
    account_id: UUID | None = None
    guardian_id: UUID | None = None


PORTAL = Actor(ActorKind.PORTAL)


@dataclass(frozen=True)
class Trace:
    """What one actor did at one moment for one family. ``reason`` is why, where a person ought to know it."""

    family_id: UUID
    actor: Actor
    action: Action
    slots: tuple[Slot, ...]
    reason: str | None = None

    def by_activity(self) -> list[tuple[UUID, UUID, list[date]]]:
        """Member, activity and days: what becomes one entry each."""
        days: dict[tuple[UUID, UUID], list[date]] = {}
        for member_id, activity_id, day in sorted(self.slots):
            days.setdefault((member_id, activity_id), []).append(day)
        return [(*whose, of) for whose, of in days.items()]


def traces(family_id: UUID, actor: Actor, changes: Iterable[tuple[Action, Slot]]) -> list[Trace]:
    """What a family's basket leaves in the trail: bookings, then cancellations."""
    slots: dict[Action, list[Slot]] = {action: [] for action in Action}
    for action, slot in changes:
        slots[action].append(slot)
    return [Trace(family_id, actor, action, tuple(of)) for action, of in slots.items() if of]
