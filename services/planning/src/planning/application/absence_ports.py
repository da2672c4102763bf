"""What the use cases of absences ask of the database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from chassis.outbox import Outgoing
from contracts.events.planning import ReservationState
from contracts.values import AttendanceState
from planning.application.ports import OutlookStore
from planning.domain.absence_documents import AbsenceDocument
from planning.domain.absence_policy import AbsencePolicy, AbsenceReason
from planning.domain.absences import AbsenceWish, Decision
from planning.domain.activities import Activity
from planning.domain.slots import MemberSlot
from planning.domain.trail import Trace


@dataclass(frozen=True)
class KnownAbsence:
    """An absence that was announced, as it stands; ``came``: the list of the day says that the member was there."""

    absence_id: UUID
    reservation_id: UUID
    family_id: UUID
    what: MemberSlot
    first_name: str
    state: AttendanceState
    came: bool


@dataclass(frozen=True)
class Announcement:
    """Days that were announced together; ``waiting``: those that the town hall has still to decide."""

    member_id: UUID
    waiting: tuple[MemberSlot, ...]
    documents: int


class AbsenceStore(OutlookStore, Protocol):
    """Absences, in one transaction."""

    async def hold_member(self, member_id: UUID) -> None:
        """Calendars stand still, and nothing else is changed for a member meanwhile."""
        ...

    async def lock_calendars(self) -> None:
        """Waits for the baskets being committed and makes the next ones wait."""
        ...

    async def activities(self) -> Mapping[UUID, Activity]:
        """The commune's activities, with their calendars."""
        ...

    async def set_policy(self, activity_id: UUID, policy: AbsencePolicy) -> None:
        """Replaces the policy of an activity that has a calendar."""
        ...

    async def reasons(self, reservation_ids: Collection[UUID]) -> Mapping[UUID, AbsenceReason]:
        """Why the absences of these reservations were announced."""
        ...

    async def announce(self, family_id: UUID, wish: AbsenceWish, decided: Mapping[UUID, Decision]) -> UUID:
        """Keeps what was announced of these reservations; the announcement's id."""
        ...

    async def absence(self, absence_id: UUID) -> KnownAbsence | None:
        """An absence of the commune, of a day that is still booked."""
        ...

    async def decide(self, decided: Mapping[UUID, Decision]) -> Sequence[ReservationState]:
        """Writes decisions to the absences and reservations, each of a new version. Returns them by day."""
        ...

    async def announcement(self, family_id: UUID, announcement_id: UUID) -> Announcement | None:
        """What this family announced together."""
        ...

    async def announcement_with(self, family_id: UUID, document_id: UUID) -> UUID | None:
        """The announcement to which this family joined a document."""
        ...

    async def keep_documents(
        self, family_id: UUID, announcement_id: UUID, documents: Sequence[AbsenceDocument]
    ) -> None:
        """Seals and keeps documents of an announcement."""
        ...

    async def remove_document(self, document_id: UUID) -> bool:
        """Deletes one; False when there is none."""
        ...

    async def trace(self, traces: Sequence[Trace]) -> None:
        """Adds to the trail."""
        ...

    async def publish(self, events: Sequence[Outgoing]) -> None:
        """Publishes events with this transaction."""
        ...
