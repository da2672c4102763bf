"""Devices that an account has logged in on: each keeps a value that only we can have given it (OWASP: device cookie).

It opens nothing by itself. It tells people from those who guess, before any password is looked at.
"""

import hmac
import secrets
from collections.abc import Callable

Digest = Callable[[str], bytes]
"""A keyed digest."""


def give_device(digest: Digest, user_name: str) -> str:
    """A new device's value, good for one user name."""
    device_id = secrets.token_urlsafe(18)
    return f"{device_id}.{_signature(digest, user_name, device_id)}"


def device_of(digest: Digest, user_name: str, value: str | None) -> str | None:
    """The device that a value was given to, or None when it was not given for this user name."""
    device_id, _, signature = (value or "").partition(".")
    right = hmac.compare_digest(signature.encode(), _signature(digest, user_name, device_id).encode())
    return device_id if right else None


def _signature(digest: Digest, user_name: str, device_id: str) -> str:
    return digest(f"device\n{user_name}\n{device_id}").hex()
