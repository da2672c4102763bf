"""Why a slot of a day can or cannot be booked or cancelled: the verdict, the rule, its instants, together."""

from dataclasses import dataclass

from planning.domain.activities import Activity
from planning.domain.cells import CellState
from planning.domain.members import Member
from planning.domain.outlook import Outlook
from planning.domain.rules import Action, Verdict, describe, explain
from planning.domain.slots import DaySlot, MemberSlot


@dataclass(frozen=True)
class ActionExplained:
    """``reason``: why it is not possible now, None when it is. ``rule`` and ``deadline``: None without calendar."""

    reason: str | None
    rule: str | None
    deadline: Verdict | None

    @property
    def possible(self) -> bool:
        """Now."""
        return self.reason is None


@dataclass(frozen=True)
class Explanation:
    """What a slot looks like to the family, and what it may do with it."""

    state: CellState
    booking: ActionExplained
    cancelling: ActionExplained


def explain_slot(outlook: Outlook, member: Member, activity: Activity, when: DaySlot) -> Explanation:
    """By the same judgement as the month, the draft and the commit."""
    what = MemberSlot(member.member_id, activity.activity_id, *when)
    drafted = next((line.action for line in outlook.draft if line.what == what), None)
    return Explanation(
        outlook.cell(member, activity, when, drafted).state,
        _explain(outlook, member, activity, when, Action.BOOK),
        _explain(outlook, member, activity, when, Action.CANCEL),
    )


def _explain(outlook: Outlook, member: Member, activity: Activity, when: DaySlot, action: Action) -> ActionExplained:
    refusal, calendar, moment = outlook.refusal(member, activity, when, action), activity.calendar, outlook.moment
    reason = refusal.reason if refusal else None
    if calendar is None:
        return ActionExplained(reason, None, None)
    rule = calendar.booking_rule if action is Action.BOOK else calendar.cancelling_rule
    deadline = explain(
        rule,
        action,
        when.day,
        outlook.holidays,
        time_zone=moment.time_zone,
        now=moment.now,
        starts=activity.starts(when.slot),
    )
    return ActionExplained(reason, describe(rule, action), deadline)
