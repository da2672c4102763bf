"""Signs access tokens for tests, as identity does."""

import time
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from chassis.authentication import ALGORITHM, Principal
from chassis.ids import new_id
from contracts.values import Role


class TokenSigner:
    """A key pair of its own, unless given another's, and tokens signed with it."""

    def __init__(self, key: ec.EllipticCurvePrivateKey | None = None, key_id: str | None = None) -> None:
        self._key = key or ec.generate_private_key(ec.SECP256R1())
        self.key_id = key_id or str(new_id())

    @property
    def public_key(self) -> ec.EllipticCurvePublicKey:
        """What verifies its tokens."""
        return self._key.public_key()

    def jwks(self) -> dict[str, object]:
        """The public key, as identity serves it."""
        public = jwt.algorithms.ECAlgorithm.to_jwk(self.public_key, as_dict=True)
        return {"keys": [{**public, "kid": self.key_id, "alg": ALGORITHM, "use": "sig"}]}

    def token(self, principal: Principal, *, seconds: int = 900) -> str:
        """A signed access token, valid for ``seconds`` (negative: expired)."""
        now = int(time.time())
        claims = {**principal.to_claims(), "iat": now - 1000, "exp": now + seconds}
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": self.key_id})

    def headers(
        self,
        tenant_id: UUID,
        *roles: Role,
        family_id: UUID | None = None,
        guardian_id: UUID | None = None,
        account_id: UUID | None = None,
    ) -> dict[str, str]:
        """An ``Authorization`` header for a principal made up on the spot."""
        principal = Principal(
            account_id=account_id or new_id(),
            tenant_id=tenant_id,
            session_id=new_id(),
            roles=frozenset(roles or (Role.PARENT,)),
            family_id=family_id,
            guardian_id=guardian_id,
        )
        return {"authorization": f"Bearer {self.token(principal)}"}
