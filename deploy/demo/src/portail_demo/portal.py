"""The portal's public API as the loader uses it: one commune, one caller, patience with events on their way."""

import time
from typing import Any

import httpx

_PATIENCE_SECONDS = 30.0
_ON_ITS_WAY = {401, 403, 404, 502, 503}
"""A commune, a key or a projection that a service has not heard of yet."""


class LoadError(Exception):
    """The portal refused something the demonstration needs."""


class Portal:
    """Calls ``/api/<service>/v1`` with a commune's host and a bearer token."""

    def __init__(self, api_url: str, host: str, token: str) -> None:
        self._client = httpx.Client(
            base_url=f"{api_url}/api",
            headers={"host": host, "authorization": f"Bearer {token}"},
            timeout=30,
            trust_env=False,
        )

    def get(self, service: str, path: str, **query: str) -> Any:  # noqa: ANN401 - JSON
        """Reads, waiting while the service does not know the commune yet."""
        return self._call("GET", service, path, params=query).json()

    def put(self, service: str, path: str, body: dict[str, Any]) -> None:
        """Creates or changes, waiting while what it needs is on its way."""
        self._call("PUT", service, path, json=body)

    def post(self, service: str, path: str, body: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Creates."""
        return self._call("POST", service, path, json=body).json()

    def upload(self, service: str, path: str, title: str, file: tuple[str, bytes, str]) -> None:
        """Sends a file."""
        self._call("POST", service, path, data={"title": title}, files={"file": file})

    def _call(self, method: str, service: str, path: str, **content: Any) -> httpx.Response:  # noqa: ANN401
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            response = self._client.request(method, f"/{service}/v1{path}", **content)
            if response.is_success:
                return response
            if response.status_code not in _ON_ITS_WAY or time.monotonic() > deadline:
                raise LoadError(f"{method} {service}{path}: {response.status_code} {response.text[:500]}")
            time.sleep(0.1)
