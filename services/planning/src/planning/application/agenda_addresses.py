"""Secret addresses of calendars: made or renewed, told once, revoked."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from chassis.errors import NotFoundError
from chassis.ids import new_id

_SALT_BYTES = 32


@dataclass(frozen=True)
class AgendaAddress:
    """An address as it is stored: of the whole family, or of one member. The secret itself is not there."""

    address_id: UUID
    family_id: UUID
    member_id: UUID | None
    salt: bytes
    form_hash: bytes
    secret_hash: bytes
    created_at: datetime


class AgendaStore(Protocol):
    """Storage, inside one transaction of one commune."""

    def now(self) -> datetime:
        """Business instant, UTC."""
        ...

    async def lock_addresses(self, family_id: UUID) -> None:
        """One change of a family's addresses at a time."""
        ...

    async def is_member(self, family_id: UUID, member_id: UUID) -> bool:
        """Whether the family has that member."""
        ...

    async def address(self, family_id: UUID, member_id: UUID | None) -> AgendaAddress | None:
        """The address of the family, or of one of its members."""
        ...

    async def replace_address(self, address: AgendaAddress) -> None:
        """Writes an address in place of the one there was."""
        ...


async def renew_address(
    store: AgendaStore, family_id: UUID, member_id: UUID | None, form_key: str | None
) -> tuple[AgendaAddress, str]:
    """Makes the address, or a new one in place of the old, which answers no more. Returns it with its secret.

    The secret (256 bits) is drawn from a salt of ours and the form's key, so that a form sent twice is told the same
    address twice although only hashes are kept. Raises ``NotFoundError`` for a member that is not the family's.
    """
    if member_id is not None and not await store.is_member(family_id, member_id):
        raise NotFoundError
    await store.lock_addresses(family_id)
    form = form_key or secrets.token_urlsafe()
    known = await store.address(family_id, member_id)
    if known and hmac.compare_digest(known.form_hash, _hash(form)):
        return known, _secret(known.salt, form)
    salt = secrets.token_bytes(_SALT_BYTES)
    secret = _secret(salt, form)
    made = AgendaAddress(new_id(), family_id, member_id, salt, _hash(form), secret_hash(secret), store.now())
    await store.replace_address(made)
    return made, secret


def secret_hash(secret: str) -> bytes:
    """What is stored of a secret, and what it is found by: as long for a wrong one as for a good one."""
    return _hash(secret)


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _secret(salt: bytes, form_key: str) -> str:
    drawn = hmac.digest(salt, form_key.encode("utf-8", "surrogatepass"), "sha256")
    return base64.urlsafe_b64encode(drawn).rstrip(b"=").decode()
