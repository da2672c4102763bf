"""Where the bank's server writes and where the payer's browser comes back, outside ``/api``.

The commune is named by the address: the bank may call another host name than the commune's. A message is committed
as received before anything is made of it, and judged once the answer is given; a job judges what a crash leaves.
"""

import contextlib
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import structlog
from fastapi import APIRouter, Depends, HTTPException, Path, Request
from fastapi.responses import RedirectResponse, Response
from starlette.background import BackgroundTask

from chassis.errors import NotFoundError
from chassis.http.dependencies import CurrentRuntime
from chassis.http.problems import documented_problems
from chassis.runtime import Runtime
from chassis.tenants import Tenant
from payment_gateway.adapters import queries
from payment_gateway.adapters.protocols import PROTOCOLS
from payment_gateway.application.bank_port import NamesAttempts
from payment_gateway.application.receive_message import MAX_BYTES, Arrival
from payment_gateway.domain.judgement import Channel
from payment_gateway.entrypoints.desk import desk_of, judge_kept_message
from payment_gateway.entrypoints.wiring import public_address

_log = structlog.get_logger(__name__)

router = APIRouter(prefix="/pay", tags=["bank"])

ProtocolName = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$")]
Slug = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,63}$")]
Word = Annotated[str, Path(pattern=r"^[a-z]{1,20}$")]
"""Added by some protocols to tell how the payer comes back; the message decides, not this word."""


@dataclass(frozen=True)
class Addressee:
    """Whom a message concerns, as its address says."""

    runtime: Runtime
    protocol: str
    slug: str
    attempt_id: UUID


async def _addressee(protocol: ProtocolName, slug: Slug, attempt_id: UUID, runtime: CurrentRuntime) -> Addressee:
    if protocol not in PROTOCOLS:
        raise NotFoundError
    return Addressee(runtime, protocol, slug, attempt_id)


Whom = Annotated[Addressee, Depends(_addressee)]


@router.get("/ipn/{protocol}/{slug}/{attempt_id}", response_class=Response, responses=documented_problems(413))
async def notify_by_get(whom: Whom, request: Request) -> Response:
    """The bank's message in the query. The answer is empty, whatever is made of the message."""
    return await _take_notification(whom, request.scope["query_string"])


@router.post("/ipn/{protocol}/{slug}/{attempt_id}", response_class=Response, responses=documented_problems(413))
async def notify_by_post(whom: Whom, request: Request) -> Response:
    """The bank's message in the body, or in the query where there is no body."""
    return await _take_notification(whom, await _limited_body(request) or request.scope["query_string"])


@router.post("/ipn/{protocol}/{slug}", response_class=Response, responses=documented_problems(413))
async def notify_of_any_attempt(
    protocol: ProtocolName, slug: Slug, runtime: CurrentRuntime, request: Request
) -> Response:
    """The same, by the address that a bank's back office has for a whole shop: the message names its attempt."""
    bank, raw = PROTOCOLS.get(protocol), await _limited_body(request)
    attempt_id = bank.attempt_named(raw) if isinstance(bank, NamesAttempts) else None
    if attempt_id is None:
        raise NotFoundError
    return await _take_notification(Addressee(runtime, protocol, slug, attempt_id), raw)


@router.get("/return/{protocol}/{slug}/{attempt_id}", response_class=Response, status_code=303)
async def come_back(whom: Whom, request: Request) -> Response:
    """The browser comes back: on to the payment's page, which says what is known. The query sends it nowhere else."""
    return await _take_return(whom, request.scope["query_string"])


@router.get("/return/{protocol}/{slug}/{attempt_id}/{outcome}", response_class=Response, status_code=303)
async def come_back_with_a_word(whom: Whom, outcome: Word, request: Request) -> Response:
    """The same, by an address that says how it went."""
    return await _take_return(whom, request.scope["query_string"])


@router.post(
    "/return/{protocol}/{slug}/{attempt_id}",
    response_class=Response,
    status_code=303,
    responses=documented_problems(413),
)
async def come_back_by_post(whom: Whom, request: Request) -> Response:
    """The same, the message in the body."""
    return await _take_return(whom, await _limited_body(request) or request.scope["query_string"])


async def _take_return(whom: Addressee, raw: bytes) -> Response:
    runtime, tenant = whom.runtime, await whom.runtime.tenants.by_slug(whom.slug)
    async with runtime.transaction(tenant.id) as transaction:
        payment_id = await queries.payment_of_attempt(transaction.connection, whom.attempt_id)
    if payment_id is None:
        raise NotFoundError
    judging = None
    if len(raw) <= MAX_BYTES:
        with contextlib.suppress(NotFoundError):
            judging = await _keep(whom, tenant, Channel.RETURN, raw)
    address = f"{public_address(runtime, tenant)}/paiement/{payment_id}"
    return RedirectResponse(address, status_code=303, background=judging)


async def _take_notification(whom: Addressee, raw: bytes) -> Response:
    if len(raw) > MAX_BYTES:
        raise HTTPException(413)
    tenant = await whom.runtime.tenants.by_slug(whom.slug)
    try:
        judging = await _keep(whom, tenant, Channel.IPN, raw)
    except NotFoundError:
        _log.warning("bank_message_not_kept", slug=whom.slug, attempt=str(whom.attempt_id))
        raise
    return Response(status_code=200, background=judging)


async def _keep(whom: Addressee, tenant: Tenant, channel: Channel, raw: bytes) -> BackgroundTask:
    """Commits the message; returns what remains to be done with it."""
    arrival = Arrival(whom.protocol, channel, whom.attempt_id, raw)
    message_id = await desk_of(whom.runtime).keep(tenant.id, arrival)
    return BackgroundTask(judge_kept_message, whom.runtime, tenant.id, message_id)


async def _limited_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise HTTPException(413)
    return bytes(body)
