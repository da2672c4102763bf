"""Logging in, staying logged in, logging out."""

from fastapi import APIRouter

from chassis.http.dependencies import AnyPrincipal, CurrentTransaction
from chassis.http.problems import documented_problems
from identity.adapters import queries
from identity.adapters.store import SqlStore
from identity.application.log_in import log_in
from identity.application.refresh_session import refresh_session
from identity.domain.sessions import SessionEndedError
from identity.entrypoints.http.dependencies import CallerAddress, CurrentContext, UnkeyedRoute
from identity.entrypoints.http.models import Credentials, RefreshRequest, SessionAnswer

router = APIRouter(route_class=UnkeyedRoute, tags=["sessions"])


@router.post("/sessions", responses=documented_problems(401, 429, 503))
async def post_session(body: Credentials, context: CurrentContext, address: CallerAddress) -> SessionAnswer:
    """Opens a session. 503 ``busy`` has ``retry_after`` and, of a line, ``rank``, ``expected_seconds``, ``ticket``."""
    issued = await log_in(
        context,
        user_name=body.user_name,
        password=body.password,
        remember=body.remember,
        address=address,
        device=body.device,
        ticket=body.ticket,
    )
    return SessionAnswer.of(issued)


@router.post("/sessions/refresh", responses=documented_problems(401))
async def post_refresh(body: RefreshRequest, context: CurrentContext) -> SessionAnswer:
    """New tokens for a refresh token."""
    return SessionAnswer.of(await refresh_session(context, body.refresh_token))


@router.get("/sessions/current", status_code=204)
async def get_session(principal: AnyPrincipal, context: CurrentContext, transaction: CurrentTransaction) -> None:
    """Whether the caller's session goes on; 401 ``session-ended`` once it was ended, here or elsewhere."""
    if not await queries.is_open(transaction.connection, principal.session_id, context.now()):
        raise SessionEndedError


@router.delete("/sessions/current", status_code=204)
async def delete_session(principal: AnyPrincipal, transaction: CurrentTransaction) -> None:
    """Ends the caller's session; access tokens already given out live a few minutes more."""
    await SqlStore(transaction).sessions.end(principal.session_id)
