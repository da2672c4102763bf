"""What the routes of absences take and answer."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from contracts.values import AttendanceState
from planning.domain.absence_policy import AbsencePolicy, AbsenceReason
from planning.domain.absences import AbsenceWish, describe_absences
from planning.entrypoints.http.common import DaysOfMember, Request, SlotOfMember

Reference = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*$")
]
Reasons = Annotated[list[AbsenceReason], Field(max_length=len(AbsenceReason))]


class AbsentDays(DaysOfMember):
    """Booked days of one member and activity that it does not come, and why.

    ``document_reference`` names the document that proves it, and that is sent or brought to the town hall.
    """

    reason: AbsenceReason
    document_reference: Reference | None = None

    def to_domain(self) -> AbsenceWish:
        """What is announced."""
        return AbsenceWish(self.member_id, self.activity_id, sorted(self.whens()), self.reason, self.document_reference)


class AbsenceView(SlotOfMember):
    """An absence that was announced. ``sentence`` says what was decided, and why."""

    absence_id: UUID
    reason: AbsenceReason
    document_reference: str | None
    state: AttendanceState
    billed: bool
    sentence: str
    announced_at: datetime


class PossibleAbsence(SlotOfMember):
    """A booked day that can no longer be cancelled, and whose absence can be announced. ``how``: the town's rule."""

    how: str


class OwnAbsences(BaseModel):
    """A family's absences, and the days whose absence it can announce, of the weeks around today."""

    announced: list[AbsenceView]
    possible: list[PossibleAbsence]


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

    ``unbooked_percent``: of the price of a booked slot, billed to who comes without booking; 0: not by the portal.
    """

    excused: Reasons = Field(default_factory=list)
    on_proof: Reasons = Field(default_factory=list)
    grace_days: Annotated[int, Field(ge=0, le=30)] = 0
    days_to_announce: Annotated[int, Field(ge=0, le=30)] = 2
    unbooked_percent: Annotated[int, Field(ge=0, le=500)] = 0

    def to_domain(self) -> AbsencePolicy:
        """The policy."""
        return AbsencePolicy(
            frozenset(self.excused),
            frozenset(self.on_proof),
            self.grace_days,
            self.days_to_announce,
            self.unbooked_percent,
        )


class PolicyView(Policy):
    """The policy, and how parents read it."""

    how: str

    @classmethod
    def of(cls, policy: AbsencePolicy) -> "PolicyView":
        """The view of a policy."""
        return cls(
            excused=sorted(policy.excused),
            on_proof=sorted(policy.on_proof),
            grace_days=policy.grace_days,
            days_to_announce=policy.days_to_announce,
            unbooked_percent=policy.unbooked_percent,
            how=describe_absences(policy),
        )
