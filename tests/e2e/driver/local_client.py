"""HTTP to addresses of this machine."""

from collections.abc import Mapping

import httpx


def local_client(url: str, *, headers: Mapping[str, str] | None = None, seconds: float = 30) -> httpx.Client:
    """Loads no root certificates, which would take longer than most requests."""
    return httpx.Client(base_url=url, headers=headers, timeout=seconds, trust_env=False, verify=False)
