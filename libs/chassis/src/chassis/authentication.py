"""Access tokens: ES256 JWTs signed by identity, verified by every service with identity's public keys (JWKS)."""

import asyncio
import base64
import json
import time
from dataclasses import dataclass
from uuid import UUID

import httpx
import jwt

from chassis.errors import DomainError, TransientError
from contracts.values import Role

ISSUER = "portail-famille"
ALGORITHM = "ES256"
_CACHE_SIZE = 10_000
_REFRESH_SECONDS = 10.0


class UnauthenticatedError(DomainError):
    """No valid access token."""

    slug = "unauthenticated"
    sentence = "Votre session n'est plus valable. Connectez-vous pour continuer."


class KeysAwayError(TransientError):
    """Identity's keys are not known and cannot be read: the token may be good, its bearer is not to be logged out."""


class ForbiddenError(DomainError):
    """The account's role does not allow this."""

    slug = "forbidden"
    sentence = "Votre compte ne permet pas cette action."


@dataclass(frozen=True)
class Principal:
    """Who calls. ``family_id`` and ``guardian_id`` are set for parents."""

    account_id: UUID
    tenant_id: UUID
    session_id: UUID
    roles: frozenset[Role]
    family_id: UUID | None = None
    guardian_id: UUID | None = None

    @property
    def is_staff(self) -> bool:
        """Works at the town hall."""
        return bool(self.roles & {Role.AGENT, Role.REGISSEUR, Role.ADMINISTRATOR})

    def to_claims(self) -> dict[str, object]:
        """JWT claims, without times."""
        claims: dict[str, object] = {
            "iss": ISSUER,
            "sub": str(self.account_id),
            "tenant": str(self.tenant_id),
            "sid": str(self.session_id),
            "roles": sorted(self.roles),
        }
        if self.family_id:
            claims["family"] = str(self.family_id)
        if self.guardian_id:
            claims["guardian"] = str(self.guardian_id)
        return claims

    @classmethod
    def from_claims(cls, claims: dict[str, object]) -> "Principal":
        """Reads verified claims. Raises ``ValueError`` or ``KeyError`` when they are not ours."""
        roles = claims["roles"]
        if not isinstance(roles, list):
            raise ValueError("roles is not a list")
        family, guardian = claims.get("family"), claims.get("guardian")
        return cls(
            account_id=UUID(str(claims["sub"])),
            tenant_id=UUID(str(claims["tenant"])),
            session_id=UUID(str(claims["sid"])),
            roles=frozenset(Role(role) for role in roles),
            family_id=UUID(str(family)) if family else None,
            guardian_id=UUID(str(guardian)) if guardian else None,
        )


class TokenVerifier:
    """Verifies access tokens. Keys are fetched when an unknown key id comes, at most every few seconds."""

    def __init__(self, jwks_url: str, client: httpx.AsyncClient) -> None:
        self._jwks_url = jwks_url
        self._client = client
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = -_REFRESH_SECONDS
        self._fetching = asyncio.Lock()
        self._verified: dict[str, tuple[float, Principal]] = {}

    async def verify(self, token: str) -> Principal:
        """The principal of a valid token. Raises ``UnauthenticatedError``, or ``KeysAwayError`` when it cannot tell."""
        cached = self._verified.get(token)
        if cached and cached[0] > time.time():
            return cached[1]
        try:
            key_id = _key_id(token)
            key = self._keys.get(key_id) or (await self._fetch_keys(key_id)).get(key_id)
            if key is None:
                raise UnauthenticatedError
            claims = jwt.decode(
                token, key, algorithms=[ALGORITHM], issuer=ISSUER, options={"require": ["exp", "iat", "sub"]}
            )
            principal = Principal.from_claims(claims)
        except (jwt.PyJWTError, ValueError, KeyError) as error:
            raise UnauthenticatedError from error
        if len(self._verified) >= _CACHE_SIZE:
            self._verified.clear()
        self._verified[token] = (float(claims["exp"]), principal)
        return principal

    async def _fetch_keys(self, wanted: str) -> dict[str, jwt.PyJWK]:
        """Fetches once for all who wait: those who come while it runs find the keys it brought."""
        async with self._fetching:
            if wanted in self._keys or time.monotonic() - self._fetched_at < _REFRESH_SECONDS:
                return self._keys
            try:
                response = await self._client.get(self._jwks_url, timeout=5)
                response.raise_for_status()
                key_set = jwt.PyJWKSet.from_dict(response.json())
            except (httpx.HTTPError, jwt.PyJWTError, ValueError) as error:
                raise KeysAwayError(type(error).__name__) from error
            self._fetched_at = time.monotonic()
            self._keys = {key.key_id: key for key in key_set.keys if key.key_id}
            return self._keys


def _key_id(token: str) -> str:
    """Which key a token says it is signed with. PyJWT would decode and check the whole token, as it does again after.

    Raises ``ValueError``.
    """
    segment, _, _ = token.partition(".")
    try:
        header = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except RecursionError as error:
        raise ValueError("header too deep") from error
    if not isinstance(header, dict):
        raise ValueError("header is not an object")
    return str(header.get("kid"))
