"""A family's basket: what it wants to book or cancel, before it is committed."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from uuid import UUID

from chassis.errors import DomainError
from planning.domain.rules import Action
from planning.domain.slots import DaySlot, MemberSlot


class LinesRefusedError(DomainError):
    """Some days cannot be changed as asked; nothing was. ``details["lines"]`` names each with its reason."""

    slug = "lines-refused"
    sentence = "Certains jours ne peuvent pas être modifiés. Rien n'a été enregistré."


class DraftEmptyError(DomainError):
    """There is nothing to commit."""

    slug = "draft-empty"
    sentence = "Votre récapitulatif est vide : il n'y a rien à réserver ni à annuler."


class DaysOutsidePeriodError(DomainError):
    """A wanted day lies outside the period it is said to be of."""

    slug = "days-outside-period"
    sentence = "Les jours choisis ne sont pas tous dans la période affichée. Rechargez la page."


@dataclass(frozen=True)
class DraftLine:
    """One slot of a day to book or to cancel."""

    line_id: UUID
    member_id: UUID
    activity_id: UUID
    day: date
    slot: str
    action: Action
    saved_at: datetime

    @cached_property
    def what(self) -> MemberSlot:
        """What is booked or cancelled."""
        return MemberSlot(self.member_id, self.activity_id, self.day, self.slot)


@dataclass(frozen=True)
class Wish:
    """All slots of days wanted of one activity for one member over a half-open period.

    Raises ``DaysOutsidePeriodError``.
    """

    member_id: UUID
    activity_id: UUID
    period: tuple[date, date]
    wanted: frozenset[DaySlot]

    def __post_init__(self) -> None:
        if any(not self.period[0] <= day < self.period[1] for day, _ in self.wanted):
            raise DaysOutsidePeriodError


def wanted_changes(wanted: Set[DaySlot], booked: Set[DaySlot]) -> dict[DaySlot, Action]:
    """The difference between what a family wants and what it has booked, over one period."""
    changes = dict.fromkeys(wanted - booked, Action.BOOK) | dict.fromkeys(booked - wanted, Action.CANCEL)
    return dict(sorted(changes.items()))


def newly_asked(changes: Mapping[DaySlot, Action], drafted: Mapping[DaySlot, Action]) -> dict[DaySlot, Action]:
    """The changes that are not in the draft already.

    A line that became impossible since it was drafted stays there, marked so, until the family removes it.
    """
    return {when: action for when, action in changes.items() if drafted.get(when) is not action}
