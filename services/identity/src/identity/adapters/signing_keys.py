"""Keys that sign access tokens: in the database, sealed, the same for every process, replaced from time to time."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)
from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.authentication import ALGORITHM, Principal
from chassis.database import Database
from chassis.ids import new_id
from chassis.secrets import SecretBox, UnreadableSecretError
from identity.adapters.tables import signing_key as table

_log = structlog.get_logger(__name__)

SIGNS_FOR = timedelta(days=90)
"""Age at which a key is replaced."""
ANNOUNCED_FOR = timedelta(minutes=10)
"""How long a new key is published before it signs: every process and verifier knows it by then."""
KEPT_FOR = timedelta(days=1)
"""How long a replaced key is still published; tokens live 15 minutes."""
_CACHE_SECONDS = 60.0
_PURPOSE = "signing-key"


@dataclass(frozen=True)
class SigningKey:
    """A key pair; ``private_key`` is None when it was sealed with another ``PORTAIL_SECRET_KEY``."""

    key_id: UUID
    private_key: ec.EllipticCurvePrivateKey | None
    public_jwk: dict[str, Any]
    signs_from: datetime


class KeyRing:
    """Reads keys (cached for a minute), makes the first one, replaces old ones. Implements ``AccessTokens``."""

    def __init__(self, database: Database, box: SecretBox) -> None:
        self._database = database
        self._box = box
        self._keys: Sequence[SigningKey] = ()
        self._read_at = 0.0

    async def sign(self, principal: Principal, *, issued_at: datetime, expires_at: datetime) -> str:
        """The token of a principal."""
        key = _current(await self._known(issued_at), issued_at)
        assert key is not None  # noqa: S101 - one is made when there is none
        claims = {
            **principal.to_claims(),
            "iat": int(issued_at.timestamp()),
            "exp": int(expires_at.timestamp()),
            "jti": str(new_id()),
        }
        assert key.private_key is not None  # noqa: S101 - so was it chosen
        return jwt.encode(claims, key.private_key, algorithm=ALGORITHM, headers={"kid": str(key.key_id)})

    async def jwks(self, now: datetime) -> dict[str, list[dict[str, Any]]]:
        """Public keys: the next, the current and the previous one."""
        return {"keys": [key.public_jwk for key in await self._known(now)]}

    async def replace_old(self, now: datetime) -> None:
        """Announces a successor to a key that grew old, and forgets keys nobody needs any more."""
        async with self._database.platform() as connection:
            keys = await self._locked(connection)
            newest = max((key.signs_from for key in keys), default=None)
            if newest is not None and now - newest >= SIGNS_FOR:
                await self._make(connection, now, now + ANNOUNCED_FOR)
            replaced_by = max((key.signs_from for key in keys if key.signs_from <= now - KEPT_FOR), default=None)
            if replaced_by is not None:
                await connection.execute(delete(table).where(table.c.signs_from < replaced_by))

    async def _known(self, now: datetime) -> Sequence[SigningKey]:
        fresh = time.monotonic() - self._read_at < _CACHE_SECONDS
        if not (fresh and _current(self._keys, now)):
            async with self._database.platform() as connection:
                self._keys = await self._read(connection)
                if _current(self._keys, now) is None:
                    self._keys = await self._locked(connection)
                    if _current(self._keys, now) is None:
                        await self._make(connection, now, now)
                        self._keys = await self._read(connection)
            self._read_at = time.monotonic()
        return self._keys

    async def _locked(self, connection: AsyncConnection) -> Sequence[SigningKey]:
        """Keys, as the only one who may make or delete some: processes that start together make one key."""
        await connection.execute(text("select pg_advisory_xact_lock(hashtext('signing-keys'))"))
        return await self._read(connection)

    async def _read(self, connection: AsyncConnection) -> Sequence[SigningKey]:
        rows = await connection.execute(select(table).order_by(table.c.signs_from))
        return [SigningKey(r.key_id, self._open(r.sealed_private_key), r.public_jwk, r.signs_from) for r in rows]

    async def _make(self, connection: AsyncConnection, now: datetime, signs_from: datetime) -> None:
        key_id, private_key = new_id(), ec.generate_private_key(ec.SECP256R1())
        der = private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(private_key.public_key()))
        await connection.execute(
            insert(table).values(
                key_id=key_id,
                sealed_private_key=self._box.seal(der, purpose=_PURPOSE),
                public_jwk={**public, "kid": str(key_id), "alg": ALGORITHM, "use": "sig"},
                created_at=now,
                signs_from=signs_from,
            )
        )
        _log.info("signing_key_made", key_id=str(key_id), signs_from=signs_from.isoformat())

    def _open(self, sealed: bytes) -> ec.EllipticCurvePrivateKey | None:
        try:
            key = load_der_private_key(self._box.open(sealed, purpose=_PURPOSE), password=None)
        except UnreadableSecretError:
            _log.error("signing_key_unreadable", hint="PORTAIL_SECRET_KEY differs from the one it was sealed with")
            return None
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - made by this class
        return key


def _current(keys: Sequence[SigningKey], now: datetime) -> SigningKey | None:
    """The youngest key that signs already."""
    usable = [key for key in keys if key.private_key is not None and key.signs_from <= now]
    return usable[-1] if usable else None
