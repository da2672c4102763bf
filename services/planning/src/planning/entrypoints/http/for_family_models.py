"""What the routes take and answer by which the town hall acts for a family."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from planning.domain.activities import Activity
from planning.domain.for_family import BLOCKED, LATE, WishForFamily, grantable
from planning.domain.members import Member
from planning.domain.outlook import Outlook
from planning.domain.review import ReviewedLine, period_cost
from planning.domain.rules import Action
from planning.domain.slots import ActivitySlot
from planning.entrypoints.http.common import ChosenDays, Request, Sentence
from planning.entrypoints.http.family_models import ActivityPlanning, DraftLineView, MemberActivities, MemberName

Chosen = Annotated[list[ChosenDays], Field(max_length=20)]


class DayToGrant(BaseModel):
    """A slot of a day."""

    model_config = ConfigDict(from_attributes=True)

    day: date
    slot: str


class ActivityForFamily(ActivityPlanning):
    """A row of the planning as the family sees it, and what can be set aside to change a day.

    ``late``: a deadline closes it. ``blocked``: the family's file is not complete, or an invoice is overdue. Some are
    in both; nothing else closes them.
    """

    late: list[DayToGrant] = Field(default_factory=list)
    blocked: list[DayToGrant] = Field(default_factory=list)

    @classmethod
    def of(cls, outlook: Outlook, member: Member, activity: Activity, days: list[date]) -> "ActivityForFamily":
        """Judges every day, as it is and with what can be set aside."""
        slots = outlook.slots_of(member, activity)
        whens = (ActivitySlot(activity.activity_id, day, slot.code) for day in days for slot in slots)
        found = grantable(outlook, member.member_id, whens)
        granted = {
            name: [DayToGrant.model_validate(slot) for slot in of]
            for name, of in (("late", found.late), ("blocked", found.blocked))
        }
        return cls(**{**dict(super().of(outlook, member, activity, days)), **granted})


class PlanningForFamily(BaseModel):
    """The planning of a member over the half-open period ``[from, to)``, for the town hall.

    ``period_cost_cents``: what is booked. ``draft_count``: lines of the family's own draft, which are not shown and not
    touched. ``family``: all its members.
    """

    model_config = ConfigDict(populate_by_name=True)

    member: MemberName
    from_day: Annotated[date, Field(alias="from")]
    to_day: Annotated[date, Field(alias="to")]
    today: date
    activities: list[ActivityForFamily]
    period_cost_cents: int
    draft_count: int
    custody: str | None
    family: list[MemberActivities]

    @classmethod
    def of(cls, outlook: Outlook, member: Member, period: tuple[date, date], draft_count: int) -> "PlanningForFamily":
        """Judges every day of every activity."""
        from_day, to_day = period
        days = [from_day + timedelta(days=n) for n in range((to_day - from_day).days)]
        activities = outlook.activities_of(member, from_day)
        custody = outlook.custodies.get(member.member_id)
        return cls(
            member=MemberName(member_id=member.member_id, first_name=member.first_name),
            from_day=from_day,
            to_day=to_day,
            today=outlook.moment.today,
            activities=[ActivityForFamily.of(outlook, member, activity, days) for activity in activities],
            period_cost_cents=period_cost(outlook, member.member_id, period),
            draft_count=draft_count,
            custody=custody.describe(outlook.family_id, "Jours de cette famille") if custody else None,
            family=MemberActivities.of_family(outlook),
        )


class DaysForFamily(Request):
    """Days of one member to book and to cancel, all or none.

    ``deadlines_set_aside``: what only a booking or cancelling rule closes is granted. ``blocks_set_aside``: what only a
    file that is not complete, or an overdue invoice, closes. ``reason`` must then say why. The family reads it.
    """

    member_id: UUID
    book: Chosen = Field(default_factory=list)
    cancel: Chosen = Field(default_factory=list)
    deadlines_set_aside: bool = False
    blocks_set_aside: bool = False
    reason: Sentence | None = None

    @model_validator(mode="after")
    def _names_days_once(self) -> "DaysForFamily":
        slots = [*_slots(self.book), *_slots(self.cancel)]
        if not slots:
            raise ValueError("aucun jour n'est choisi")
        if len(set(slots)) < len(slots):
            raise ValueError("un jour est choisi deux fois")
        return self

    def to_domain(self) -> WishForFamily:
        """Raises ``ReasonMissingError``."""
        changes = dict.fromkeys(_slots(self.book), Action.BOOK) | dict.fromkeys(_slots(self.cancel), Action.CANCEL)
        return WishForFamily(self.member_id, changes, self.deadlines_set_aside, self.blocks_set_aside, self.reason)


def _slots(chosen: Sequence[ChosenDays]) -> list[ActivitySlot]:
    return [ActivitySlot(each.activity_id, *when) for each in chosen for when in sorted(each.whens())]


class LineForFamily(DraftLineView):
    """A day booked or cancelled. ``late``: its deadline was set aside; ``blocked``: what the family had to do first."""

    late: bool
    blocked: bool

    @classmethod
    def of(cls, reviewed: ReviewedLine) -> "LineForFamily":
        """Reads a reviewed line."""
        set_aside = {"late": reviewed.set_aside in LATE, "blocked": reviewed.set_aside in BLOCKED}
        return cls(**dict(DraftLineView.of(reviewed)), **set_aside)


class BasketForFamily(BaseModel):
    """What was booked and cancelled for a family."""

    basket_id: UUID
    lines: list[LineForFamily]
    count: int
    total_cents: int
