"""«Mon agenda»: secret addresses that calendar programs subscribe to, and what they read there."""

import asyncio
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from chassis.clock import local_day
from chassis.errors import NotFoundError
from chassis.http.dependencies import CurrentTenant, CurrentTransaction, FamilyId
from chassis.http.scope import PortalRoute
from planning.adapters.agenda_store import SqlAgendaStore
from planning.adapters.icalendar_file import write_calendar
from planning.application.agenda_addresses import renew_address, secret_hash
from planning.domain.agenda import agenda_period
from planning.entrypoints.http import common

_KEEP_SECONDS = 900


class UnkeptRoute(PortalRoute):
    """Stores no answer under an Idempotency-Key: a secret must not be kept. The use case takes the key instead."""

    keeps_answers = False


router = APIRouter(route_class=PortalRoute, tags=["agenda"])
telling = APIRouter(route_class=UnkeptRoute, tags=["agenda"])


async def _form_key(request: Request) -> str | None:
    return request.headers.get("idempotency-key")


class WhoseAgenda(common.Request):
    """One member's days, or those of the whole family."""

    member_id: UUID | None = None


class AddressView(BaseModel):
    """An address that exists; its secret is not known any more. ``member_id`` None: the whole family's."""

    model_config = ConfigDict(from_attributes=True)

    address_id: UUID
    member_id: UUID | None
    first_name: str | None
    created_at: datetime


class NewAddress(BaseModel):
    """An address with its secret, told once. ``path`` is on the commune's own host."""

    address_id: UUID
    member_id: UUID | None
    path: str
    created_at: datetime


@router.get("/agenda-addresses")
async def list_addresses(family_id: FamilyId, transaction: CurrentTransaction) -> list[AddressView]:
    """The family's addresses, without their secrets."""
    rows = await SqlAgendaStore(transaction).addresses(family_id)
    return [AddressView.model_validate(row) for row in rows]


@telling.post("/agenda-addresses", status_code=201)
async def post_address(
    whose: WhoseAgenda,
    family_id: FamilyId,
    request: Request,
    form_key: Annotated[str | None, Depends(_form_key)],
    transaction: CurrentTransaction,
) -> NewAddress:
    """Makes an address, or renews it: the one there was answers no more."""
    made, secret = await renew_address(SqlAgendaStore(transaction), family_id, whose.member_id, form_key)
    path = request.app.url_path_for("read_agenda", token=secret)
    return NewAddress(address_id=made.address_id, member_id=made.member_id, path=path, created_at=made.created_at)


@router.delete("/agenda-addresses/{address_id}", status_code=204)
async def delete_address(address_id: UUID, family_id: FamilyId, transaction: CurrentTransaction) -> None:
    """Revokes an address: it answers no more."""
    if not await SqlAgendaStore(transaction).revoke_address(family_id, address_id):
        raise NotFoundError


@router.get(
    "/agendas/{token}.ics",
    response_class=Response,
    responses={
        200: {"description": "An iCalendar file", "content": {"text/calendar": {"schema": {"type": "string"}}}},
        304: {"description": "Nothing has changed"},
    },
)
async def read_agenda(
    token: Annotated[str, Path(max_length=100)],
    tenant: CurrentTenant,
    transaction: CurrentTransaction,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """The booked days behind a secret address. Whoever has the address reads it, without login."""
    zone = tenant.description.time_zone
    period = agenda_period(local_day(transaction.now(), zone))
    agenda = await SqlAgendaStore(transaction).opened(secret_hash(token), period, zone)
    if agenda is None:
        raise NotFoundError
    headers = {"ETag": f'"{agenda.tag}"', "Cache-Control": f"private, max-age={_KEEP_SECONDS}"}
    if agenda.tag in (if_none_match or ""):
        return Response(status_code=304, headers=headers)
    return Response(await asyncio.to_thread(write_calendar, agenda), media_type="text/calendar", headers=headers)
