"""Where the loader finds the portal, and the day it is there."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta


@dataclass(frozen=True)
class Settings:
    """``bank_url`` is the simulator's address for browsers, ``bank_key_url`` where its public key is read."""

    api_url: str
    public_url: str
    bank_url: str
    bank_key_url: str
    operator_token: str
    today: date

    @property
    def bank_server_url(self) -> str:
        """The simulator's address for the portal's servers."""
        return self.bank_key_url.rpartition("/")[0]

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Settings":
        """Reads ``PORTAIL_…``. Raises ``KeyError`` naming what is missing."""
        offset = timedelta(seconds=float(environment.get("PORTAIL_CLOCK_OFFSET_SECONDS", "0")))
        return cls(
            api_url=environment["PORTAIL_API_URL"],
            public_url=environment["PORTAIL_PUBLIC_URL"],
            bank_url=environment["PORTAIL_BANK_URL"],
            bank_key_url=environment["PORTAIL_BANK_KEY_URL"],
            operator_token=environment["PORTAIL_OPERATOR_TOKEN"],
            today=(datetime.now(UTC) + offset).date(),
        )
