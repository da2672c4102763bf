"""planning: «modification avancée», the trail, and the secret addresses of calendars."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from web.api.client import Answer, Api, Page

_BASE = "planning/v1"
TrailAction = Literal["book", "cancel", "absence", "charge", "charge_back", "wait", "wait_no_more", "decline"]


class RefusedDays(Answer):
    """Days refused for one reason; ``which`` names them: «4 mercredis»."""

    which: str
    reason: str
    days: list[date]


class Proposal(Answer):
    """A member's days of one activity: what would be drafted, given up, is so already, or is refused."""

    member_id: UUID
    first_name: str
    activity_name: str
    element_name: str
    drafted: list[date]
    given_up: list[date]
    kept: list[date]
    refused: list[RefusedDays]
    amount_cents: int


class ChangeOutcome(Answer):
    """What a change does, or would do, to the draft."""

    action: Literal["book", "cancel"]
    proposals: list[Proposal]
    count: int
    refused_count: int
    amount_cents: int
    period_cost_cents: int
    draft_count: int


class TrailEntry(Answer):
    """Days booked or cancelled at one moment. The actor's names are a parent's; None of others."""

    happened_at: datetime
    actor: Literal["family", "town_hall", "portal"]
    actor_first_name: str | None = None
    actor_last_name: str | None = None
    action: TrailAction
    first_name: str
    element_name: str
    days: list[date]
    reason: str | None = None


class AgendaAddress(Answer):
    """A secret address that exists: of the whole family, or of one member."""

    address_id: UUID
    member_id: UUID | None = None
    first_name: str | None = None
    created_at: datetime


class NewAgendaAddress(Answer):
    """An address just made, told once. ``path`` is on the commune's own host."""

    address_id: UUID
    member_id: UUID | None = None
    path: str


async def preview_change(api: Api, change: dict[str, Any]) -> ChangeOutcome:
    """What a change would do; nothing is written."""
    return await api.send(ChangeOutcome, "POST", f"{_BASE}/draft/advanced-changes/preview", change)


async def apply_change(api: Api, change: dict[str, Any]) -> ChangeOutcome:
    """Puts into the draft what is possible now."""
    return await api.send(ChangeOutcome, "POST", f"{_BASE}/draft/advanced-changes", change)


async def own_trail(api: Api, cursor: str | None) -> Page[TrailEntry]:
    """The family's trail, the newest first."""
    return await api.get(Page[TrailEntry], f"{_BASE}/trail", {"cursor": cursor})


async def trail_of_family(api: Api, family_id: UUID, cursor: str | None) -> Page[TrailEntry]:
    """Any family's trail, for the staff."""
    return await api.get(Page[TrailEntry], f"{_BASE}/families/{family_id}/trail", {"cursor": cursor})


async def agenda_addresses(api: Api) -> list[AgendaAddress]:
    """The family's secret addresses, without their secrets."""
    return await api.get(list[AgendaAddress], f"{_BASE}/agenda-addresses")


async def renew_agenda_address(api: Api, member_id: UUID | None) -> NewAgendaAddress:
    """Makes an address, or a new one in place of the old."""
    body = {"member_id": str(member_id) if member_id else None}
    return await api.send(NewAgendaAddress, "POST", f"{_BASE}/agenda-addresses", body)


async def revoke_agenda_address(api: Api, address_id: UUID) -> None:
    """The address answers no more. ``ApiProblem`` 404 when it did not any more."""
    await api.command("DELETE", f"{_BASE}/agenda-addresses/{address_id}")
