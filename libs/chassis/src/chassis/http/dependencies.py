"""What routes ask for, by annotation."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from chassis import authentication, database, idempotency, tenants
from chassis.authentication import ForbiddenError
from chassis.http.scope import RequestScope
from chassis.runtime import Runtime
from contracts.values import Role


def scope_of(request: Request) -> RequestScope:
    """What a request runs in, for a service's own dependencies."""
    scope: RequestScope = request.state.scope
    return scope


class _Bearer(HTTPBearer):
    """Documents that a token is asked for, and gives its principal."""

    async def __call__(self, request: Request) -> authentication.Principal:  # type: ignore[override]
        return await scope_of(request).principal()


_principal = _Bearer(description="Access token issued by identity")


async def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


async def _tenant(request: Request) -> tenants.Tenant:
    return await scope_of(request).tenant()


def _require(*roles: Role) -> Callable[..., Awaitable[authentication.Principal]]:
    async def check(principal: Annotated[authentication.Principal, Depends(_principal)]) -> authentication.Principal:
        if not principal.roles & set(roles):
            raise ForbiddenError
        return principal

    return check


async def _family_id(principal: Annotated[authentication.Principal, Depends(_principal)]) -> UUID:
    if principal.family_id is None:
        raise ForbiddenError("Cette action est celle d'une famille, et votre compte n'en a pas.")
    return principal.family_id


async def _transaction(request: Request) -> database.Transaction:
    return await scope_of(request).transaction()


async def _keyed_request(
    request: Request, _principal: Annotated[authentication.Principal, Depends(_principal)]
) -> idempotency.KeyedRequest | None:
    return await scope_of(request).keyed_request()


CurrentRuntime = Annotated[Runtime, Depends(_runtime)]
CurrentTenant = Annotated[tenants.Tenant, Depends(_tenant)]
"""The commune of the request's host."""
AnyPrincipal = Annotated[authentication.Principal, Depends(_principal)]
"""Anyone logged in."""
Staff = Annotated[authentication.Principal, Depends(_require(Role.AGENT, Role.REGISSEUR, Role.ADMINISTRATOR))]
"""Anyone of the town hall."""
Agent = Annotated[authentication.Principal, Depends(_require(Role.AGENT, Role.ADMINISTRATOR))]
"""Who serves families at the town hall."""
Regisseur = Annotated[authentication.Principal, Depends(_require(Role.REGISSEUR, Role.ADMINISTRATOR))]
Administrator = Annotated[authentication.Principal, Depends(_require(Role.ADMINISTRATOR))]
FamilyId = Annotated[UUID, Depends(_family_id)]
"""The family of the parent who calls."""
CurrentTransaction = Annotated[database.Transaction, Depends(_transaction)]
"""The request's transaction. Declare it after the principal, so that refusals open none."""
CurrentKey = Annotated[idempotency.KeyedRequest | None, Depends(_keyed_request)]
"""For a route that keeps its answers itself (``OwnTransactionsRoute``)."""
