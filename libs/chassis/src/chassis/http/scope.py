"""What a request runs in: its commune, its principal, its transaction, and its idempotency key.

Routers use ``route_class=PortalRoute``; routes declare ``Tenant``, ``Principal``, ``Transaction`` by annotation
(see ``chassis.http.dependencies``). The transaction opens when first asked for and commits before the answer is
sent; an exception rolls it back.
"""

import hashlib
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from fastapi import Request
from fastapi.routing import APIRoute
from sqlalchemy import text
from starlette.responses import Response

from chassis.authentication import ForbiddenError, Principal, UnauthenticatedError
from chassis.database import Transaction
from chassis.idempotency import REPLAYED, IdempotencyInFlightError, IdempotencyMismatchError, KeyedRequest
from chassis.runtime import Runtime
from chassis.tenants import Tenant

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_MAX_KEY = 200


class RequestScope:
    """Lazily resolved parts of one request."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.runtime: Runtime = request.app.state.runtime
        self._tenant: Tenant | None = None
        self._principal: Principal | None = None
        self._transaction: Transaction | None = None
        self._stack = AsyncExitStack()

    async def tenant(self) -> Tenant:
        """The commune of the request's host. Raises ``UnknownCommuneError``."""
        if self._tenant is None:
            self._tenant = await self.runtime.tenants.by_host(self.request.headers.get("host", ""))
        return self._tenant

    async def principal(self) -> Principal:
        """Who calls. Raises ``UnauthenticatedError``, or ``ForbiddenError`` for another commune's token."""
        if self._principal is None:
            scheme, _, token = self.request.headers.get("authorization", "").partition(" ")
            if scheme.lower() != "bearer" or not token:
                raise UnauthenticatedError
            principal = await self.runtime.verifier.verify(token)
            if principal.tenant_id != (await self.tenant()).id:
                raise ForbiddenError("Votre compte appartient à une autre commune.")
            self._principal = principal
        return self._principal

    async def transaction(self) -> Transaction:
        """The request's transaction, opened at the first call."""
        if self._transaction is None:
            tenant = await self.tenant()
            self._transaction = await self._stack.enter_async_context(self.runtime.transaction(tenant.id))
        return self._transaction

    async def keyed_request(self) -> KeyedRequest | None:
        """What tells this request from others, when it has an idempotency key."""
        key = self.request.headers.get("idempotency-key")
        if key is None:
            return None
        said = f"{self.request.method} {self.request.url.path}\n".encode() + await self.request.body()
        principal = await self.principal()
        return KeyedRequest(principal.account_id, key[:_MAX_KEY], hashlib.sha256(said).digest())

    async def run(self, handler: Callable[[Request], Awaitable[Response]], *, keeps_answers: bool = True) -> Response:
        """Runs a route handler; commits when it answers, rolls back when it raises."""
        async with self._stack:
            keyed = keeps_answers and self.request.method not in _SAFE_METHODS and await self.keyed_request()
            return await self._run_once(keyed, handler) if keyed else await handler(self.request)

    async def _run_once(self, keyed: KeyedRequest, handler: Callable[[Request], Awaitable[Response]]) -> Response:
        transaction = await self.transaction()
        connection = transaction.connection
        owner = {"account_id": keyed.account_id, "key": keyed.key}
        elected = await connection.scalar(
            text("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))"),
            {"name": f"{keyed.account_id}/{keyed.key}"},
        )
        if not elected:
            raise IdempotencyInFlightError
        stored = (
            await connection.execute(
                text("select * from idempotency_key where account_id = :account_id and key = :key"), owner
            )
        ).one_or_none()
        if stored:
            if stored.request_hash != keyed.request_hash:
                raise IdempotencyMismatchError
            return Response(stored.body, stored.status, REPLAYED, stored.content_type)
        response = await handler(self.request)
        await connection.execute(
            text(
                "insert into idempotency_key (tenant_id, account_id, key, request_hash, status, content_type, body)"
                " values (:tenant_id, :account_id, :key, :request_hash, :status, :content_type, :body)"
            ),
            {
                **owner,
                "tenant_id": transaction.tenant_id,
                "request_hash": keyed.request_hash,
                "status": response.status_code,
                "content_type": response.headers.get("content-type"),
                "body": bytes(response.body),
            },
        )
        return response


class PortalRoute(APIRoute):
    """A route that runs in a ``RequestScope``."""

    keeps_answers = True

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        """Wraps FastAPI's handler."""
        handler = super().get_route_handler()

        async def run_in_scope(request: Request) -> Response:
            scope = RequestScope(request)
            request.state.scope = scope
            await self.admit(scope)
            return await scope.run(handler, keeps_answers=self.keeps_answers)

        return run_in_scope

    async def admit(self, scope: RequestScope) -> None:
        """Raises for a request that is to come back later; nothing has been opened for it yet."""


class OwnTransactionsRoute(PortalRoute):
    """A route that opens its own transactions, so that none is held while it waits for somebody outside.

    No answer is kept for an idempotency key, which would take a transaction around it all: the route itself makes sure
    that the same key (``RequestScope.keyed_request``) has one effect.
    """

    keeps_answers = False
