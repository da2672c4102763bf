"""What the routes of absences take and answer."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.values import AttendanceState
from planning.domain.absence_policy import AbsencePolicy, AbsenceReason
from planning.domain.absences import AbsenceWish, describe_absences
from planning.entrypoints.http.common import DaysOfMember, Request, SlotOfMember

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

    Days announced together have the same ``announcement_id`` and ``documents``.
    """

    absence_id: UUID
    announcement_id: UUID
    reason: AbsenceReason
    on_paper: bool
    documents: list[DocumentView]
    state: AttendanceState
    billed: bool
    sentence: str
    announced_at: datetime


class PossibleAbsence(SlotOfMember):
    """A booked day that can no longer be cancelled, and whose absence can be announced.

    ``how``: the town's rule; ``on_proof``: the reasons for which it asks for a document.
    """

    how: str
    on_proof: list[AbsenceReason]


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
