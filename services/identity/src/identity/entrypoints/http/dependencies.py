"""What identity's routes ask for, by annotation."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.responses import Response

from chassis.authentication import UnauthenticatedError
from chassis.http.dependencies import CurrentRuntime, CurrentTenant
from chassis.http.scope import PortalRoute
from identity.application.ports import Context
from identity.entrypoints.context import context_of
from identity.settings import settings_of

_operator = HTTPBearer(auto_error=False, scheme_name="Operator", description="PORTAIL_OPERATOR_TOKEN")


class UnkeyedRoute(PortalRoute):
    """Stores no answer under an Idempotency-Key: answers with tokens or passwords must not be kept.

    Use cases that would do something twice take the key as ``FormKey``.
    """

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        """Hides the header from the chassis, and keeps it for ``FormKey``."""
        handler = super().get_route_handler()

        async def run_without_key(request: Request) -> Response:
            headers = [(name, value) for name, value in request.scope["headers"] if name != b"idempotency-key"]
            unkeyed = Request({**request.scope, "headers": headers}, request.receive)
            unkeyed.state.idempotency_key = request.headers.get("idempotency-key")
            return await handler(unkeyed)

        return run_without_key


async def _context(runtime: CurrentRuntime, tenant: CurrentTenant) -> Context:
    return context_of(runtime, tenant.description)


async def _form_key(request: Request, context: Annotated[Context, Depends(_context)]) -> bytes | None:
    key: str | None = request.state.idempotency_key
    return context.digest(f"form {key}") if key else None


async def _address(request: Request) -> str:
    """The caller's address: the last hop of ``X-Forwarded-For``, which the gateway writes; without it, the peer's.

    Other headers, and earlier hops, may say whatever the caller likes.
    """
    peer = request.client.host if request.client else "unknown"
    last_hop = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return (last_hop or peer)[:64]


async def _require_operator(
    runtime: CurrentRuntime, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_operator)]
) -> None:
    expected = settings_of(runtime).operator_token
    given = credentials.credentials if credentials else ""
    if expected is None or not expected.get_secret_value():
        raise UnauthenticatedError("Aucun opérateur n'est défini sur cette plateforme.")
    if not hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.get_secret_value().encode()):
        raise UnauthenticatedError("Le jeton de l'opérateur n'est pas le bon.")


CurrentContext = Annotated[Context, Depends(_context)]
CallerAddress = Annotated[str, Depends(_address)]
FormKey = Annotated[bytes | None, Depends(_form_key)]
"""A keyed digest of the request's Idempotency-Key: the same for the same form sent again."""
Operator = Depends(_require_operator)
