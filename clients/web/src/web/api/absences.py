"""planning: absences of booked days."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from web.api.client import Answer, Api, SentFile
from web.api.planning import WHOLE_DAY, DaySlot, chosen_days

_BASE = "planning/v1"
AttendanceState = Literal["absence_announced", "absent_justified", "absent_unjustified"]


class Document(Answer):
    """A file joined to an announcement."""

    document_id: UUID
    file_name: str
    media_type: str
    size_bytes: int


class Absence(Answer):
    """An absence that was announced, and what was decided. Days announced together have the same ``documents``.

    ``present``: whether the list of the day says that the child was there; None: it does not say.
    """

    absence_id: UUID
    announcement_id: UUID
    activity_id: UUID
    first_name: str
    last_name: str = ""
    family_name: str | None = None
    element_name: str
    day: date
    slot: str = WHOLE_DAY
    reason: str
    on_paper: bool
    documents: list[Document]
    state: AttendanceState
    billed: bool
    sentence: str
    present: bool | None = None


class PossibleAbsence(Answer):
    """A booked day whose absence can be announced; ``how`` it is decided, in words; reasons that want a document."""

    member_id: UUID
    first_name: str
    activity_id: UUID
    activity_name: str
    element_name: str
    day: date
    slot: str
    how: str
    on_proof: list[str]


class ActivitySupplements(Answer):
    """What the list of the day adds to the bill of an activity, in sentences."""

    activity_name: str
    sentences: list[str]


class OwnAbsences(Answer):
    """A family's absences, and the days whose absence it can announce."""

    announced: list[Absence]
    possible: list[PossibleAbsence]
    supplements: list[ActivitySupplements] = Field(default_factory=list)


async def own_absences(api: Api) -> OwnAbsences:
    """The family's."""
    return await api.get(OwnAbsences, f"{_BASE}/absences")


@dataclass(frozen=True)
class Announcement:
    """What a family announces: slots of days, why, and whether it brings a document on paper."""

    member_id: UUID
    activity_id: UUID
    whens: frozenset[DaySlot]
    reason: str
    on_paper: bool

    @property
    def said(self) -> dict[str, object]:
        """What is sent."""
        days = chosen_days(self.activity_id, self.whens)
        return {"member_id": str(self.member_id), **days, "reason": self.reason, "on_paper": self.on_paper}


async def announce(api: Api, wish: Announcement, files: Iterable[SentFile]) -> None:
    """Announces days with their documents, all or none.

    ``ApiProblem``: lines-refused, no-document-wanted, too-many-documents, unaccepted-file, file-too-large.
    """
    await api.upload(f"{_BASE}/absences", {"absence": json.dumps(wish.said)}, *files)


async def add_documents(api: Api, announcement_id: UUID, files: Iterable[SentFile]) -> None:
    """Joins more, until the town hall has decided. ``ApiProblem``: absence-decided, and those of files."""
    await api.upload(f"{_BASE}/absences/{announcement_id}/documents", {}, *files)


async def take_document_back(api: Api, document_id: UUID) -> None:
    """Deletes one, until the town hall has decided. ``ApiProblem`` absence-decided."""
    await api.command("DELETE", own_document_path(document_id))


def own_document_path(document_id: UUID) -> str:
    """Where the API keeps a document, for the family."""
    return f"{_BASE}/absences/documents/{document_id}"


def document_path(document_id: UUID) -> str:
    """The same, for who decides."""
    return f"{_BASE}/town-hall/absences/documents/{document_id}"


async def absences_of_town(api: Api, start: date, end: date) -> list[Absence]:
    """Absences of days of a half-open period, for the staff."""
    query = {"from": start.isoformat(), "to": end.isoformat()}
    return await api.get(list[Absence], f"{_BASE}/town-hall/absences", query)


async def decide(api: Api, absence_id: UUID, *, justified: bool) -> None:
    """Decides an absence that waits for proof. ``ApiProblem``: absence-decided, present-that-day."""
    await api.command("POST", f"{_BASE}/town-hall/absences/{absence_id}/decision", {"justified": justified})


class Policy(Answer):
    """How absences of an activity are decided, and what the list of the day adds to the bill, in cents or in percent of
    the family's price; ``how`` in words, ``examples`` in figures.
    """

    excused: list[str]
    on_proof: list[str]
    grace_days: int
    days_to_announce: int
    unbooked_percent: int = 0
    unbooked_cents: int = 0
    absent_percent: int = 0
    absent_cents: int = 0
    late_cents: int = 0
    late_per_quarter: bool = True
    late_tolerated_minutes: int = 0
    how: str = ""
    examples: list[str] = Field(default_factory=list)

    @property
    def body(self) -> dict[str, Any]:
        """What is sent."""
        return self.model_dump(mode="json", exclude={"how", "examples"})


async def policy(api: Api, activity_id: UUID) -> Policy:
    """An activity's policy. ``ApiProblem`` not-found without calendar."""
    return await api.get(Policy, f"{_BASE}/activities/{activity_id}/absence-policy")


async def set_policy(api: Api, activity_id: UUID, wanted: Policy) -> None:
    """Replaces it, for absences announced from now on and for the lists of the days from tomorrow on."""
    await api.command("PUT", f"{_BASE}/activities/{activity_id}/absence-policy", wanted.body)


async def preview_policy(api: Api, activity_id: UUID, wanted: Policy) -> Policy:
    """What it would say; changes nothing."""
    return await api.send(Policy, "POST", f"{_BASE}/activities/{activity_id}/absence-policy/preview", wanted.body)
