"""Access tokens for families that never logged in, signed with the key that identity keeps sealed."""

import base64
import time
from uuid import uuid4

import asyncpg
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key

from chassis.authentication import ALGORITHM, ISSUER
from chassis.secrets import SecretBox
from portail_bench.private import PrivateSystem

_SECONDS = 3600
_SIGNS = "select key_id::text, sealed_private_key from signing_key order by signs_from limit 1"


class Signer:
    """Signs as identity does, for one commune."""

    def __init__(self, tenant_id: str, key_id: str, private_key: bytes) -> None:
        self.tenant_id = tenant_id
        self._key_id = key_id
        key = load_der_private_key(private_key, password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - so identity makes them
        self._key = key

    @classmethod
    async def of(cls, private: PrivateSystem, identity: asyncpg.Connection, tenant_id: str) -> "Signer":
        """With the key of a system where somebody has logged in before."""
        key_id, sealed = await identity.fetchrow(_SIGNS)
        box = SecretBox(base64.b64decode(private.system.state.secrets().keys["identity"]))
        return cls(tenant_id, key_id, box.open(sealed, purpose="signing-key"))

    def parent(self, family_id: str) -> str:
        """A parent's token."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": str(uuid4()),
            "tenant": self.tenant_id,
            "sid": str(uuid4()),
            "roles": ["parent"],
            "family": family_id,
            "iat": now - 10,
            "exp": now + _SECONDS,
            "jti": str(uuid4()),
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": self._key_id})
