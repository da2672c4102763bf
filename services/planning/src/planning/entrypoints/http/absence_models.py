"""What the routes of absences take and answer."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.values import AttendanceState
from planning.domain.absence_policy import AbsencePolicy, AbsenceReason
from planning.domain.absences import AbsenceWish, describe_absences
from planning.domain.supplements import LateRate, Rate, Rates, examples
from planning.entrypoints.http.common import DaysOfMember, Request, SlotOfMember

Percent = Annotated[int, Field(ge=0, le=500)]
Supplement = Annotated[int, Field(ge=0, le=20_000)]
"""Cents."""
Reasons = Annotated[list[AbsenceReason], Field(max_length=len(AbsenceReason))]


class AbsentDays(DaysOfMember):
    """Booked days of one member and activity that it does not come, and why.

    ``on_paper``: the document that proves it is brought to the town hall.
    """

    reason: AbsenceReason
    on_paper: bool = False

    def to_domain(self) -> AbsenceWish:
        """What is announced."""
        return AbsenceWish(self.member_id, self.activity_id, sorted(self.whens()), self.reason, self.on_paper)


class DocumentView(BaseModel):
    """A document joined to an announcement; its content is read by its id."""

    model_config = ConfigDict(from_attributes=True)

    document_id: UUID
    file_name: str
    media_type: str
    size_bytes: int
    sent_at: datetime


class AbsenceView(SlotOfMember):
    """An absence that was announced. ``sentence`` says what was decided, and why.

    Days announced together have the same ``announcement_id`` and ``documents``. ``present``: whether the list of the
    day says that the member was there; null: it does not say.
    """

    absence_id: UUID
    announcement_id: UUID
    reason: AbsenceReason
    on_paper: bool
    documents: list[DocumentView]
    state: AttendanceState
    billed: bool
    sentence: str
    present: bool | None
    announced_at: datetime


class PossibleAbsence(SlotOfMember):
    """A booked day that can no longer be cancelled, and whose absence can be announced.

    ``how``: the town's rule; ``on_proof``: the reasons for which it asks for a document.
    """

    how: str
    on_proof: list[AbsenceReason]


class ActivitySupplements(BaseModel):
    """What the list of the day adds to the bill of an activity that the family has, in sentences."""

    activity_id: UUID
    activity_name: str
    sentences: list[str]


class OwnAbsences(BaseModel):
    """A family's absences, and the days whose absence it can announce, of the weeks around today."""

    announced: list[AbsenceView]
    possible: list[PossibleAbsence]
    supplements: list[ActivitySupplements]


class AbsenceOfTown(AbsenceView):
    """The same, for the town hall."""

    family_id: UUID
    family_name: str | None
    last_name: str


class AbsenceDecision(Request):
    """What the town hall decides of an absence that waits for proof."""

    justified: bool


class Policy(Request):
    """How absences of an activity are decided. ``on_proof``: those of ``excused`` that ask for a document.

    ``unbooked``: billed to who comes without booking, in place of the price; ``absent``: beside the price, to who
    booked and neither came nor announced it. Each is a percentage of the family's price and cents, together; both 0:
    nothing. ``late_cents``: each time someone leaves later than is tolerated, or for each quarter of an hour begun.
    """

    excused: Reasons = Field(default_factory=list)
    on_proof: Reasons = Field(default_factory=list)
    grace_days: Annotated[int, Field(ge=0, le=30)] = 0
    days_to_announce: Annotated[int, Field(ge=0, le=30)] = 2
    unbooked_percent: Percent = 0
    unbooked_cents: Supplement = 0
    absent_percent: Percent = 0
    absent_cents: Supplement = 0
    late_cents: Supplement = 0
    late_per_quarter: bool = True
    late_tolerated_minutes: Annotated[int, Field(ge=0, le=60)] = 0

    def to_domain(self) -> AbsencePolicy:
        """The policy."""
        return AbsencePolicy(
            frozenset(self.excused),
            frozenset(self.on_proof),
            self.grace_days,
            self.days_to_announce,
            Rates(
                unbooked=Rate(self.unbooked_percent, self.unbooked_cents),
                absent=Rate(self.absent_percent, self.absent_cents),
                late=LateRate(self.late_cents, self.late_per_quarter, self.late_tolerated_minutes),
            ),
        )


class PolicyView(Policy):
    """The policy, how parents read it, and its supplements in figures."""

    how: str
    examples: list[str]

    @classmethod
    def of(cls, policy: AbsencePolicy) -> "PolicyView":
        """The view of a policy."""
        rates = policy.rates
        return cls(
            excused=sorted(policy.excused),
            on_proof=sorted(policy.on_proof),
            grace_days=policy.grace_days,
            days_to_announce=policy.days_to_announce,
            unbooked_percent=rates.unbooked.percent,
            unbooked_cents=rates.unbooked.cents,
            absent_percent=rates.absent.percent,
            absent_cents=rates.absent.cents,
            late_cents=rates.late.cents,
            late_per_quarter=rates.late.per_quarter,
            late_tolerated_minutes=rates.late.tolerated_minutes,
            how=describe_absences(policy),
            examples=list(examples(rates)),
        )
