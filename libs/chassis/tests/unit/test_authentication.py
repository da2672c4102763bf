"""Verification of access tokens: keys are fetched when needed, once for all who wait."""

import asyncio
import base64

import httpx
import pytest

from chassis.authentication import KeysAwayError, Principal, TokenVerifier, UnauthenticatedError
from chassis.ids import new_id
from chassis.testing.tokens import TokenSigner
from contracts.values import Role

PRINCIPAL = Principal(new_id(), new_id(), new_id(), frozenset({Role.PARENT}), new_id())


class Identity:
    """Serves a key set, counts the calls, and can be away."""

    def __init__(self) -> None:
        self.signer = TokenSigner()
        self.calls = 0
        self.away = False

    async def answer(self, _request: httpx.Request) -> httpx.Response:
        self.calls += 1
        await asyncio.sleep(0)
        return httpx.Response(503) if self.away else httpx.Response(200, json=self.signer.jwks())


@pytest.fixture
def identity() -> Identity:
    return Identity()


@pytest.fixture
def verifier(identity: Identity) -> TokenVerifier:
    client = httpx.AsyncClient(transport=httpx.MockTransport(identity.answer))
    return TokenVerifier("http://identity/jwks", client)


async def test_the_first_callers_at_once_are_all_known(identity: Identity, verifier: TokenVerifier) -> None:
    tokens = [identity.signer.token(PRINCIPAL, seconds=100 + n) for n in range(20)]
    assert await asyncio.gather(*(verifier.verify(token) for token in tokens)) == [PRINCIPAL] * 20
    assert identity.calls == 1


async def test_a_token_of_another_signer_is_refused(verifier: TokenVerifier) -> None:
    with pytest.raises(UnauthenticatedError):
        await verifier.verify(TokenSigner().token(PRINCIPAL))


_LIST, _TOO_DEEP = (base64.urlsafe_b64encode(header).decode() for header in (b"[1]", b"[" * 90_000))


@pytest.mark.parametrize("header", ["", "é", "a", "bm9uZQ", _LIST, _TOO_DEEP])
async def test_what_is_no_token_is_refused(identity: Identity, verifier: TokenVerifier, header: str) -> None:
    for rest in ("", f".{identity.signer.token(PRINCIPAL).partition('.')[2]}"):
        with pytest.raises(UnauthenticatedError):
            await verifier.verify(header + rest)


async def test_unknown_keys_do_not_flood_identity(identity: Identity, verifier: TokenVerifier) -> None:
    for _ in range(5):
        with pytest.raises(UnauthenticatedError):
            await verifier.verify(TokenSigner().token(PRINCIPAL))
    assert identity.calls == 1


async def test_keys_are_asked_for_again_after_identity_was_away(identity: Identity, verifier: TokenVerifier) -> None:
    identity.away = True
    with pytest.raises(KeysAwayError):
        await verifier.verify(identity.signer.token(PRINCIPAL))
    identity.away = False
    assert await verifier.verify(identity.signer.token(PRINCIPAL)) == PRINCIPAL


async def test_a_verified_token_still_expires(identity: Identity, verifier: TokenVerifier) -> None:
    token = identity.signer.token(PRINCIPAL, seconds=3)
    assert await verifier.verify(token) == PRINCIPAL
    async with asyncio.timeout(10):
        while True:
            try:
                await verifier.verify(token)
            except UnauthenticatedError:
                return
            await asyncio.sleep(0.05)
