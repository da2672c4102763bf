"""What the application holds for all requests."""

import time
from dataclasses import dataclass

import httpx
from fastapi import Request
from jinja2 import Environment

from web.api import identity
from web.api.client import Api
from web.api.errors import ServiceUnavailableError
from web.api.identity import Commune
from web.rendering.assets import Assets
from web.security.liveness import Liveness
from web.security.seal import Sealer
from web.settings import WebSettings

_FRESH_SECONDS = 30.0


class Communes:
    """Communes by host, kept half a minute; kept on while identity does not answer."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Commune]] = {}

    async def get(self, api: Api, host: str) -> Commune:
        """The commune of a host. ``ApiProblem`` 404 for no commune, ``ServiceUnavailableError``."""
        known = self._known.get(host)
        if known and time.monotonic() - known[0] < _FRESH_SECONDS:
            return known[1]
        try:
            commune = await identity.commune(api)
        except ServiceUnavailableError:
            if known:
                return known[1]
            raise
        self._known[host] = (time.monotonic(), commune)
        return commune


@dataclass(frozen=True)
class State:
    """Settings, connections, templates."""

    settings: WebSettings
    http: httpx.AsyncClient
    assets: Assets
    templates: Environment
    sealer: Sealer
    communes: Communes
    liveness: Liveness


def state_of(request: Request) -> State:
    """The application's state."""
    state: State = request.app.state.web
    return state
