"""A system started by the launcher, with the addresses that people type."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from portail_local.layout import Ports


@dataclass(frozen=True)
class Portal:
    """Addresses of a running system; `state` is its state folder, `logins` what the demo loader printed."""

    ports: Ports
    state: Path
    logins: tuple[dict[str, Any], ...]

    def url(self, commune: str, path: str = "/") -> str:
        """A page of a commune, by its slug."""
        return f"http://{commune}.localhost:{self.ports.gateway}{path}"

    @property
    def gateway_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.gateway}"

    @property
    def bank_url(self) -> str:
        return f"http://bank.localhost:{self.ports.bank}"

    @property
    def mail_url(self) -> str:
        return f"http://localhost:{self.ports.mail}"
