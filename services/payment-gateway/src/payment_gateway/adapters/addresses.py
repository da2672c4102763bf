"""Addresses of banks, as a contract gives them."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, StringConstraints

from payment_gateway.domain.payment import Mode


def _is_an_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.fragment or "@" in parts.netloc:
        raise ValueError("an http(s) address is expected")
    if parts.port == 0:  # raises ValueError itself where it is no number
        raise ValueError("a port is expected")
    return value


BankAddress = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=10, max_length=200), AfterValidator(_is_an_address)
]
"""An http(s) address without user, password or fragment."""


def check_production(mode: Mode, *addresses: str | None) -> None:
    """Real money travels encrypted. Raises ``ValueError``."""
    if mode is Mode.PRODUCTION and not all(address.startswith("https://") for address in addresses if address):
        raise ValueError("a production contract needs https addresses")
