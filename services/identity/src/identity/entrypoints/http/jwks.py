"""Public keys, with which every service verifies access tokens by itself."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel

from chassis.http.dependencies import CurrentRuntime
from identity.entrypoints.context import parts_of
from identity.entrypoints.http.dependencies import UnkeyedRoute

router = APIRouter(route_class=UnkeyedRoute, tags=["keys"])


class KeySet(BaseModel):
    """JSON Web Key Set, RFC 7517."""

    keys: list[dict[str, Any]]


@router.get("/jwks")
async def get_jwks(runtime: CurrentRuntime, response: Response) -> KeySet:
    """The current key, the previous one and, before a change, the next."""
    response.headers["cache-control"] = "public, max-age=300"
    return KeySet.model_validate(await parts_of(runtime).keys.jwks(runtime.clock.real_now()))
