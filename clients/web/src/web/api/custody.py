"""planning: how two homes share a child's days."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field

from web.api.client import Answer, Api

_BASE = "planning/v1"
Document = dict[str, Any]


class Home(Answer):
    """A family of the child; ``days``: which are its own, in words."""

    family_id: UUID
    name: str
    days: str | None = None


class CustodyDates(Answer):
    """The half-open period ``[from, to)`` is one home's."""

    from_day: date = Field(alias="from")
    to_day: date = Field(alias="to")
    home: UUID


class Custody(Answer):
    """How days are shared: dates first, then halves of holidays, then weeks from ``changes_on`` on (0: Monday)."""

    homes: list[UUID]
    even_weeks: UUID | None = None
    changes_on: int = 0
    first_halves: UUID | None = None
    dates: list[CustodyDates] = Field(default_factory=list)


class SharedDay(Answer):
    """A day, and whose it is; None: either's."""

    day: date
    home: UUID | None = None


class KeptDay(Answer):
    """A day that a home keeps booked though it is the other's."""

    family_id: UUID
    day: date
    element_name: str


class SharedMember(Answer):
    """A child of several homes."""

    member_id: UUID
    first_name: str
    homes: list[Home]
    custody: Custody | None = None
    next_days: list[SharedDay] = Field(default_factory=list)
    kept: list[KeptDay] = Field(default_factory=list)


async def shared_members(api: Api, family_id: UUID) -> list[SharedMember]:
    """A family's children who have another home too."""
    return await api.get(list[SharedMember], f"{_BASE}/families/{family_id}/shared-members")


async def share(api: Api, member_id: UUID, custody: Document) -> None:
    """Replaces how a child's days are shared. ``ApiProblem`` invalid-custody, not-shared."""
    await api.command("PUT", f"{_BASE}/members/{member_id}/custody", custody)


async def stop_sharing(api: Api, member_id: UUID) -> None:
    """Every day may be booked by either home again."""
    await api.command("DELETE", f"{_BASE}/members/{member_id}/custody")
