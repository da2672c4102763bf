"""«Modification avancée»: what becomes of each day it is about, before anything is drafted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from chassis.errors import DomainError
from chassis.french import WEEK_DAYS, full_date
from contracts.values import WHOLE_DAY
from planning.domain.activities import Activity
from planning.domain.cells import CellState, Refusal
from planning.domain.drafts import DraftLine
from planning.domain.members import Member
from planning.domain.outlook import Outlook
from planning.domain.patterns import Period, SlotSource
from planning.domain.review import period_cost
from planning.domain.rules import Action
from planning.domain.slots import DaySlot, MemberSlot

MOST_DAYS = 6_000
"""Members × activities × days of one change."""
_NO_SLOT = Refusal("slot-not-chosen", CellState.CLOSED, "Cette activité a des créneaux : cochez ceux que vous voulez.")
Pair = tuple[Member, Activity]
_NOT_YET = UUID(int=0)


class ChangeTooLargeError(DomainError):
    """More days than are looked at together."""

    slug = "change-too-large"
    sentence = "C'est trop de jours à la fois : choisissez une période plus courte, ou moins d'enfants ou d'activités."


@dataclass(frozen=True)
class AdvancedChange:
    """Days to book, or to cancel, of several members and activities over one half-open period.

    Raises ``ChangeTooLargeError``.
    """

    action: Action
    member_ids: tuple[UUID, ...]
    activity_ids: tuple[UUID, ...]
    period: Period
    source: SlotSource

    def __post_init__(self) -> None:
        days = (self.period[1] - self.period[0]).days
        if len(self.member_ids) * len(self.activity_ids) * days > MOST_DAYS:
            raise ChangeTooLargeError


class Fate(StrEnum):
    """What becomes of a day: a line more in the draft, one less, nothing as it is so already, or a refusal."""

    DRAFTED = "drafted"
    GIVEN_UP = "given_up"
    KEPT = "kept"
    REFUSED = "refused"


@dataclass(frozen=True)
class ProposedSlot:
    """One slot of a day. ``amount_cents`` is what it adds to the draft's total."""

    when: DaySlot
    fate: Fate
    amount_cents: int = 0
    refusal: Refusal | None = None


@dataclass(frozen=True)
class RefusedDays:
    """Days refused for one reason, which is said once."""

    slug: str
    reason: str
    days: tuple[date, ...]

    @property
    def which(self) -> str:
        """«4 mercredis», «3 jours», «mercredi 7 septembre 2022»."""
        if len(self.days) == 1:
            return full_date(self.days[0])
        week_days = {day.weekday() for day in self.days}
        return f"{len(self.days)} {WEEK_DAYS[week_days.pop()]}s" if len(week_days) == 1 else f"{len(self.days)} jours"


@dataclass(frozen=True)
class Proposal:
    """A member's slots of one activity."""

    member: Member
    activity: Activity
    action: Action
    slots: tuple[ProposedSlot, ...]

    def by_slot(self) -> list["Proposal"]:
        """One for each slot that it is about, in their order; itself when there is none."""
        codes = dict.fromkeys(proposed.when.slot for proposed in self.slots)
        of_slots = (tuple(each for each in self.slots if each.when.slot == code) for code in codes)
        return [replace(self, slots=slots) for slots in of_slots] or [self]

    @property
    def element_name(self) -> str:
        """What is booked; of a proposal of one slot, the slot included."""
        codes = {proposed.when.slot for proposed in self.slots}
        return self.activity.element_of(codes.pop()) if len(codes) == 1 else self.activity.element_name

    def with_fate(self, *fates: Fate) -> list[MemberSlot]:
        """Those that end so."""
        whose = (self.member.member_id, self.activity.activity_id)
        return [MemberSlot(*whose, *proposed.when) for proposed in self.slots if proposed.fate in fates]

    @property
    def amount_cents(self) -> int:
        """What it adds to the draft's total."""
        return sum(proposed.amount_cents for proposed in self.slots)

    def refused(self) -> list[RefusedDays]:
        """The refusals, one for each reason: those of a deadline are told its rule together."""
        grouped: dict[tuple[str, str], list[date]] = {}
        for proposed in self.slots:
            if refusal := proposed.refusal:
                reason = refusal.general_reason or refusal.reason
                grouped.setdefault((refusal.slug, reason), []).append(proposed.when.day)
        return [RefusedDays(slug, reason, tuple(days)) for (slug, reason), days in grouped.items()]


def propose(outlook: Outlook, change: AdvancedChange) -> list[Proposal]:
    """What becomes of every day, by member, then activity; those that do not go together are left out.

    ``KeyError`` for a member or activity that the outlook does not have.
    """
    drafted = {line.what: line.action for line in outlook.draft}
    return [
        Proposal(*pair, change.action, tuple(_fates(outlook, change, pair, drafted)))
        for pair in _pairs(outlook, change)
    ]


def _pairs(outlook: Outlook, change: AdvancedChange) -> Iterator[Pair]:
    for member in [outlook.members[member_id] for member_id in change.member_ids]:
        for activity in [outlook.activities[activity_id] for activity_id in change.activity_ids]:
            if activity.is_meant_for(member) or outlook.entitlements_of(member.member_id, activity.activity_id):
                yield member, activity


def _fates(
    outlook: Outlook, change: AdvancedChange, pair: Pair, drafted: Mapping[MemberSlot, Action]
) -> Iterator[ProposedSlot]:
    member, activity = pair
    beside: dict[date, frozenset[str]] = {}
    for when in sorted(change.source.slots(outlook, member, activity, change.period)):
        what = MemberSlot(member.member_id, activity.activity_id, *when)
        held = beside.get(when.day) or outlook.held(member, activity, when.day)
        proposed = _fate(outlook, change.action, what, drafted.get(what), held)
        if proposed.fate in (Fate.DRAFTED, Fate.GIVEN_UP) and change.action is Action.BOOK:
            beside[when.day] = held | {when.slot}
        yield proposed


def _fate(
    outlook: Outlook, action: Action, what: MemberSlot, drafted: Action | None, held: frozenset[str]
) -> ProposedSlot:
    """``held``: the slots that the member will have of that day, those proposed before this one included."""
    when, booking = what.when, outlook.own_booking(what)
    price = outlook.price_on(what.member_id, what.activity_id, what.day)
    cents = booking.unit_price_cents if booking else price.cents_of(what.slot) if price else 0
    amount = cents if action is Action.BOOK else -cents
    if drafted is not None:
        return ProposedSlot(when, Fate.KEPT) if drafted is action else ProposedSlot(when, Fate.GIVEN_UP, amount)
    if (booking is not None) is (action is Action.BOOK):
        return ProposedSlot(when, Fate.KEPT)
    member, activity = outlook.members[what.member_id], outlook.activities[what.activity_id]
    refusal = outlook.refusal(member, activity, when, action, held)
    if action is Action.BOOK and activity.has_slots and what.slot == WHOLE_DAY:
        refusal = _NO_SLOT
    return ProposedSlot(when, Fate.REFUSED, refusal=refusal) if refusal else ProposedSlot(when, Fate.DRAFTED, amount)


def once_drafted(outlook: Outlook, proposals: Sequence[Proposal]) -> Outlook:
    """The outlook as it will be with these proposals in the draft."""
    given_up = {what for proposal in proposals for what in proposal.with_fate(Fate.GIVEN_UP)}
    kept = [line for line in outlook.draft if line.what not in given_up]
    added = [
        DraftLine(_NOT_YET, *what, proposal.action, outlook.moment.now)
        for proposal in proposals
        for what in proposal.with_fate(Fate.DRAFTED)
    ]
    return replace(outlook, draft=(*kept, *added))


def costs(outlook: Outlook, member_ids: Iterable[UUID], period: Period) -> int:
    """Cents: what the period costs for these members, with what is booked and what is drafted."""
    return sum(period_cost(outlook, member_id, period) for member_id in member_ids)
