"""What the town hall books and cancels for a family, by the family's rules. What can be set aside are their deadlines,
and what the family has to do before it books.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.errors import DomainError
from planning.domain.blocks import ARREARS, FILE_INCOMPLETE
from planning.domain.drafts import DraftLine
from planning.domain.outlook import Outlook
from planning.domain.review import ReviewedLine, review
from planning.domain.rules import Action
from planning.domain.slots import ActivitySlot, MemberSlot
from planning.domain.trail import Actor, Trace

LATE = frozenset({"deadline-passed", "not-yet-open"})
BLOCKED = frozenset({FILE_INCOMPLETE, ARREARS})
"""Slugs of what can be set aside."""
_SAID = dict.fromkeys(LATE, "Hors délai") | {FILE_INCOMPLETE: "Dossier incomplet", ARREARS: "Facture impayée"}


class ReasonMissingError(DomainError):
    """Something is set aside, and nobody says why."""

    slug = "reason-missing"
    sentence = "Indiquez le motif : la famille le lit dans son historique. Rien n'a été enregistré."


@dataclass(frozen=True)
class WishForFamily:
    """Slots of days of one member to book or to cancel, and why. Raises ``ReasonMissingError``."""

    member_id: UUID
    changes: Mapping[ActivitySlot, Action]
    deadlines_set_aside: bool = False
    blocks_set_aside: bool = False
    reason: str | None = None

    def __post_init__(self) -> None:
        if (self.deadlines_set_aside or self.blocks_set_aside) and not self.reason:
            raise ReasonMissingError


def seen_at_town_hall(outlook: Outlook) -> Outlook:
    """Nobody there is told to call the town hall."""
    return replace(outlook, moment=replace(outlook.moment, help_sentence=""))


def review_wish(outlook: Outlook, wish: WishForFamily, line_ids: Iterable[UUID]) -> tuple[Outlook, list[ReviewedLine]]:
    """What is wished, line by line, and the outlook that it was judged by; the family's own draft does not count.

    A line says what is ``set_aside`` when nothing else stood against it. Raises ``NotFoundError``.
    """
    for slot in wish.changes:
        outlook.member_and_activity(wish.member_id, slot.activity_id)
    lines = tuple(
        DraftLine(line_id, wish.member_id, *slot, action, outlook.moment.now)
        for line_id, (slot, action) in zip(line_ids, wish.changes.items(), strict=False)
    )
    asked = replace(outlook, draft=lines)
    reviewed = [replace(line, by_town_hall=True) for line in review(asked)]
    if not (wish.deadlines_set_aside or wish.blocks_set_aside):
        return asked, reviewed
    stood = {line.line.line_id: line.refusal.slug for line in reviewed if line.refusal}
    granting = asked.setting_aside(deadlines=wish.deadlines_set_aside, blocks=wish.blocks_set_aside)
    granted = [
        replace(line, by_town_hall=True, set_aside=None if line.refusal else stood.get(line.line.line_id))
        for line in review(granting)
    ]
    return granting, granted


@dataclass(frozen=True)
class Grantable:
    """Slots whose deadline, and slots whose block, must be set aside to change them; some are in both."""

    late: Sequence[ActivitySlot]
    blocked: Sequence[ActivitySlot]


def grantable(outlook: Outlook, member_id: UUID, slots: Iterable[ActivitySlot]) -> Grantable:
    """Those of which nothing but what can be set aside keeps the family from changing what is booked."""
    member = outlook.members[member_id]

    def changeable(seen: Outlook, slot: ActivitySlot) -> bool:
        return seen.cell(member, seen.activities[slot.activity_id], slot.when, None).changeable

    without_deadlines = outlook.setting_aside(deadlines=True)
    shut = [slot for slot in slots if not changeable(outlook, slot)]
    if not outlook.blocks:
        return Grantable([slot for slot in shut if changeable(without_deadlines, slot)], [])
    without_blocks = outlook.setting_aside(blocks=True)
    without_both = outlook.setting_aside(deadlines=True, blocks=True)
    found = [slot for slot in shut if changeable(without_both, slot)]
    return Grantable(
        [slot for slot in found if not changeable(without_blocks, slot)],
        [slot for slot in found if not changeable(without_deadlines, slot)],
    )


def told_reason(set_aside: str | None, reason: str | None) -> str | None:
    """Why, as the family reads it."""
    return f"{_SAID[set_aside]} : {reason}" if set_aside and reason else reason


def traces_for_family(family_id: UUID, actor: Actor, lines: Iterable[ReviewedLine], reason: str | None) -> list[Trace]:
    """What is left in the family's trail: bookings, then cancellations; apart, what something was set aside for."""
    slots: dict[tuple[Action, str], list[MemberSlot]] = {}
    for line in lines:
        slots.setdefault((line.line.action, line.set_aside or ""), []).append(line.line.what)
    return [
        Trace(family_id, actor, action, tuple(of), told_reason(set_aside, reason))
        for (action, set_aside), of in sorted(slots.items())
    ]
