"""Where the bank's server writes and where the payer's browser comes back, outside ``/api``.

The commune is named by the address: the bank may call another host name than the commune's. A message is committed
as received before anything is made of it, and judged once the answer is given; a job judges what a crash leaves.
"""

from typing import Annotated, Literal
from uuid import UUID

import structlog
from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import RedirectResponse, Response
from starlette.background import BackgroundTask

from chassis.errors import NotFoundError
from chassis.http.dependencies import CurrentRuntime
from chassis.http.problems import documented_problems
from chassis.runtime import Runtime
from chassis.tenants import Tenant
from payment_gateway.adapters import queries
from payment_gateway.adapters.paybox.protocol import NAME
from payment_gateway.adapters.protocols import PROTOCOLS
from payment_gateway.application.receive_message import MAX_BYTES, receive_message
from payment_gateway.domain.judgement import Channel
from payment_gateway.entrypoints.wiring import judge_kept_message, store_of

_log = structlog.get_logger(__name__)

router = APIRouter(prefix="/pay", tags=["bank"])

Slug = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,63}$")]


@router.get("/ipn/paybox/{slug}/{attempt_id}", response_class=Response, responses=documented_problems(413))
async def notify_by_get(slug: Slug, attempt_id: UUID, request: Request, runtime: CurrentRuntime) -> Response:
    """The bank's message in the query. The answer is empty, whatever is made of the message."""
    return await _take_notification(runtime, slug, attempt_id, request.scope["query_string"])


@router.post("/ipn/paybox/{slug}/{attempt_id}", response_class=Response, responses=documented_problems(413))
async def notify_by_post(slug: Slug, attempt_id: UUID, request: Request, runtime: CurrentRuntime) -> Response:
    """The bank's message in the body (PBX_RUF1=POST), or in the query where there is no body."""
    raw = await _limited_body(request) or request.scope["query_string"]
    return await _take_notification(runtime, slug, attempt_id, raw)


@router.get("/return/paybox/{slug}/{attempt_id}/{outcome}", response_class=Response, status_code=303)
async def come_back(
    slug: Slug,
    attempt_id: UUID,
    outcome: Literal["effectue", "refuse", "annule", "attente"],
    request: Request,
    runtime: CurrentRuntime,
) -> Response:
    """The browser comes back: on to the payment's page, which says what is known. The query sends it nowhere else."""
    tenant = await runtime.tenants.by_slug(slug)
    async with runtime.transaction(tenant.id) as transaction:
        payment_id = await queries.payment_of_attempt(transaction.connection, attempt_id)
    if payment_id is None:
        raise NotFoundError
    raw: bytes = request.scope["query_string"]
    judging = await _keep_return(runtime, tenant, attempt_id, raw) if 0 < len(raw) <= MAX_BYTES else None
    address = f"{runtime.settings.portal_address(tenant.hostname)}/paiement/{payment_id}"
    return RedirectResponse(address, status_code=303, background=judging)


async def _take_notification(runtime: Runtime, slug: str, attempt_id: UUID, raw: bytes) -> Response:
    if len(raw) > MAX_BYTES:
        raise HTTPException(413)
    tenant = await runtime.tenants.by_slug(slug)
    try:
        judging = await _keep(runtime, tenant, Channel.IPN, attempt_id, raw)
    except NotFoundError:
        _log.warning("bank_message_not_kept", slug=slug, attempt=str(attempt_id))
        raise
    return Response(status_code=200, background=judging)


async def _keep_return(runtime: Runtime, tenant: Tenant, attempt_id: UUID, raw: bytes) -> BackgroundTask | None:
    try:
        return await _keep(runtime, tenant, Channel.RETURN, attempt_id, raw)
    except NotFoundError:
        return None


async def _keep(runtime: Runtime, tenant: Tenant, channel: Channel, attempt_id: UUID, raw: bytes) -> BackgroundTask:
    """Commits the message; returns what remains to be done with it."""
    async with runtime.transaction(tenant.id) as transaction:
        message_id = await receive_message(
            store_of(runtime, transaction),
            PROTOCOLS,
            protocol=NAME,
            channel=channel,
            attempt_id=attempt_id,
            raw=raw,
            real_now=runtime.clock.real_now(),
        )
    return BackgroundTask(judge_kept_message, runtime, tenant.id, message_id)


async def _limited_body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BYTES:
            raise HTTPException(413)
    return bytes(body)
