"""planning: absences of booked days."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from web.api.client import Answer, Api
from web.api.planning import DaySlot, chosen_days

_BASE = "planning/v1"
AttendanceState = Literal["absence_announced", "absent_justified", "absent_unjustified"]


class Absence(Answer):
    """An absence that was announced, and what was decided."""

    absence_id: UUID
    first_name: str
    last_name: str = ""
    family_name: str | None = None
    element_name: str
    day: date
    reason: str
    document_reference: str | None = None
    state: AttendanceState
    billed: bool
    sentence: str


class PossibleAbsence(Answer):
    """A booked day whose absence can be announced; ``how`` it is decided, in words."""

    member_id: UUID
    first_name: str
    activity_id: UUID
    activity_name: str
    element_name: str
    day: date
    slot: str
    how: str


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


async def announce(
    api: Api, member_id: UUID, activity_id: UUID, whens: Iterable[DaySlot], *, reason: str, document: str
) -> None:
    """Announces slots of days, all or none. ``ApiProblem`` lines-refused."""
    body = {
        "member_id": str(member_id),
        **chosen_days(activity_id, whens),
        "reason": reason,
        "document_reference": document.strip() or None,
    }
    await api.command("POST", f"{_BASE}/absences", body)


async def absences_of_town(api: Api, start: date, end: date) -> list[Absence]:
    """Absences of days of a half-open period, for the staff."""
    query = {"from": start.isoformat(), "to": end.isoformat()}
    return await api.get(list[Absence], f"{_BASE}/town-hall/absences", query)


async def decide(api: Api, absence_id: UUID, *, justified: bool) -> None:
    """Decides an absence that waits for proof. ``ApiProblem`` absence-decided."""
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
