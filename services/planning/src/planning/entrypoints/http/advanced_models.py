"""What the routes of «modification avancée» take and answer."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from planning.application.change_by_pattern import Outcome
from planning.domain.advanced import AdvancedChange, Fate, Proposal, RefusedDays
from planning.domain.patterns import LikeLastMonth, LikeSibling, SlotSource, WeekPattern, Weeks
from planning.domain.rules import Action
from planning.entrypoints.http.common import LONGEST_LIST, Day, Request, SlotCode, check_period

Chosen = Annotated[list[UUID], Field(min_length=1, max_length=20)]


class WeekDays(Request):
    """The same week days (0 = Monday) every week, or in odd or even ISO weeks only.

    Of activities with slots, ``slots`` names those that are meant, by code.
    """

    kind: Literal["week"]
    week_days: Annotated[list[Annotated[int, Field(ge=0, le=6)]], Field(min_length=1, max_length=7)]
    weeks: Weeks = Weeks.EVERY
    slots: Annotated[list[SlotCode], Field(max_length=12)] = Field(default_factory=list)

    def to_domain(self) -> SlotSource:
        """The pattern."""
        return WeekPattern(frozenset(self.week_days), self.weeks, frozenset(self.slots))


class Sibling(Request):
    """The days that another member of the family has, in each activity, booked or drafted."""

    kind: Literal["sibling"]
    member_id: UUID

    def to_domain(self) -> SlotSource:
        """The source."""
        return LikeSibling(self.member_id)


class LastMonth(Request):
    """Each member's own week days of the calendar month before the period, odd and even weeks apart."""

    kind: Literal["last_month"]

    def to_domain(self) -> SlotSource:
        """The source."""
        return LikeLastMonth()


class Change(Request):
    """Days to book or to cancel for all these members in all these activities, in the half-open period ``[from, to)``.

    A copy only ever adds days. The period lasts at most 366 days.
    """

    from_day: Annotated[Day, Field(alias="from")]
    to_day: Annotated[Day, Field(alias="to")]
    member_ids: Chosen
    activity_ids: Chosen
    action: Action
    days: Annotated[WeekDays | Sibling | LastMonth, Field(discriminator="kind")]

    @model_validator(mode="after")
    def _copies_only_add(self) -> "Change":
        if self.action is Action.CANCEL and self.days.kind != "week":
            raise ValueError("une copie ajoute des jours, elle n'en retire pas")
        return self

    def to_domain(self) -> AdvancedChange:
        """The change. Raises ``PeriodError``, ``ChangeTooLargeError``."""
        return AdvancedChange(
            action=self.action,
            member_ids=tuple(dict.fromkeys(self.member_ids)),
            activity_ids=tuple(dict.fromkeys(self.activity_ids)),
            period=check_period(self.from_day, self.to_day, LONGEST_LIST),
            source=self.days.to_domain(),
        )


class RefusedDaysView(BaseModel):
    """Days refused for one reason. ``which`` names them: «4 mercredis», «mercredi 7 septembre 2022»."""

    model_config = ConfigDict(from_attributes=True)

    slug: str
    which: str
    reason: str
    days: list[date]


class ProposalView(BaseModel):
    """A member's days of one activity, or of one of its slots, which ``element_name`` then names.

    ``drafted`` become lines of the draft; ``given_up`` were lines of the draft that said the contrary; ``kept`` are as
    wanted already. ``amount_cents`` is what this adds to the draft's total.
    """

    member_id: UUID
    first_name: str
    activity_id: UUID
    activity_name: str
    element_name: str
    drafted: list[date]
    given_up: list[date]
    kept: list[date]
    refused: list[RefusedDaysView]
    amount_cents: int

    @classmethod
    def of(cls, proposal: Proposal) -> "ProposalView":
        """Reads a proposal."""
        refused: list[RefusedDays] = proposal.refused()
        return cls(
            member_id=proposal.member.member_id,
            first_name=proposal.member.first_name,
            activity_id=proposal.activity.activity_id,
            activity_name=proposal.activity.name,
            element_name=proposal.element_name,
            drafted=[what.day for what in proposal.with_fate(Fate.DRAFTED)],
            given_up=[what.day for what in proposal.with_fate(Fate.GIVEN_UP)],
            kept=[what.day for what in proposal.with_fate(Fate.KEPT)],
            refused=[RefusedDaysView.model_validate(each) for each in refused],
            amount_cents=proposal.amount_cents,
        )


class ChangeOutcome(BaseModel):
    """What a change does to the draft. ``count`` days change; ``period_cost_cents`` is what the period then costs for
    these members, with what is booked; ``draft_count`` how many lines the whole draft then has.
    """

    model_config = ConfigDict(populate_by_name=True)

    from_day: Annotated[date, Field(alias="from")]
    to_day: Annotated[date, Field(alias="to")]
    action: Action
    proposals: list[ProposalView]
    count: int
    refused_count: int
    amount_cents: int
    period_cost_cents: int
    draft_count: int

    @classmethod
    def of(cls, outcome: Outcome) -> "ChangeOutcome":
        """Reads an outcome."""
        proposals = outcome.proposals
        return cls(
            from_day=outcome.change.period[0],
            to_day=outcome.change.period[1],
            action=outcome.change.action,
            proposals=[ProposalView.of(each) for proposal in proposals for each in proposal.by_slot()],
            count=sum(len(proposal.with_fate(Fate.DRAFTED, Fate.GIVEN_UP)) for proposal in proposals),
            refused_count=sum(len(proposal.with_fate(Fate.REFUSED)) for proposal in proposals),
            amount_cents=sum(proposal.amount_cents for proposal in proposals),
            period_cost_cents=outcome.period_cost_cents,
            draft_count=outcome.draft_count,
        )
