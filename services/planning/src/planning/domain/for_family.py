"""What the town hall books and cancels for a family, by the family's rules; only their deadlines can be set aside."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.errors import DomainError
from planning.domain.drafts import DraftLine
from planning.domain.outlook import Outlook
from planning.domain.review import ReviewedLine, review
from planning.domain.rules import Action
from planning.domain.slots import ActivitySlot, MemberSlot
from planning.domain.trail import Actor, Trace


class ReasonMissingError(DomainError):
    """A deadline is set aside, and nobody says why."""

    slug = "reason-missing"
    sentence = "Indiquez le motif : la famille le lit dans son historique. Rien n'a été enregistré."


@dataclass(frozen=True)
class WishForFamily:
    """Slots of days of one member to book or to cancel, and why. Raises ``ReasonMissingError``."""

    member_id: UUID
    changes: Mapping[ActivitySlot, Action]
    deadlines_set_aside: bool = False
    reason: str | None = None

    def __post_init__(self) -> None:
        if self.deadlines_set_aside and not self.reason:
            raise ReasonMissingError


def seen_at_town_hall(outlook: Outlook) -> Outlook:
    """Nobody there is told to call the town hall."""
    return replace(outlook, moment=replace(outlook.moment, help_sentence=""))


def review_wish(outlook: Outlook, wish: WishForFamily, line_ids: Iterable[UUID]) -> tuple[Outlook, list[ReviewedLine]]:
    """What is wished, line by line, and the outlook that it was judged by; the family's own draft does not count.

    A line is ``late`` when nothing but a deadline that is set aside stood against it. Raises ``NotFoundError``.
    """
    for slot in wish.changes:
        outlook.member_and_activity(wish.member_id, slot.activity_id)
    lines = tuple(
        DraftLine(line_id, wish.member_id, *slot, action, outlook.moment.now)
        for line_id, (slot, action) in zip(line_ids, wish.changes.items(), strict=False)
    )
    asked = replace(outlook, draft=lines)
    reviewed = [replace(line, by_town_hall=True) for line in review(asked)]
    if not wish.deadlines_set_aside:
        return asked, reviewed
    late = {line.line.line_id for line in reviewed if line.refusal}
    granting = asked.with_deadlines_set_aside()
    granted = [
        replace(line, by_town_hall=True, late=line.line.line_id in late and line.refusal is None)
        for line in review(granting)
    ]
    return granting, granted


def late_slots(outlook: Outlook, member_id: UUID, slots: Iterable[ActivitySlot]) -> list[ActivitySlot]:
    """Those of which nothing but a deadline keeps the family from changing what is booked."""
    member, granting = outlook.members[member_id], outlook.with_deadlines_set_aside()

    def changeable(seen: Outlook, slot: ActivitySlot) -> bool:
        return seen.cell(member, seen.activities[slot.activity_id], slot.when, None).changeable

    return [slot for slot in slots if not changeable(outlook, slot) and changeable(granting, slot)]


def told_reason(late: bool, reason: str | None) -> str | None:
    """Why, as the family reads it."""
    return f"Hors délai : {reason}" if late and reason else reason


def traces_for_family(family_id: UUID, actor: Actor, lines: Iterable[ReviewedLine], reason: str | None) -> list[Trace]:
    """What is left in the family's trail: bookings, then cancellations, those beyond their deadline apart."""
    slots: dict[tuple[Action, bool], list[MemberSlot]] = {}
    for line in lines:
        slots.setdefault((line.line.action, line.late), []).append(line.line.what)
    return [
        Trace(family_id, actor, action, tuple(of), told_reason(late, reason))
        for (action, late), of in sorted(slots.items())
    ]
