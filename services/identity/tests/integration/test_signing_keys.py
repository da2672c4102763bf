"""Signing keys: one for all processes, sealed, replaced."""

import asyncio
import os
from datetime import timedelta
from typing import Any

import jwt

from chassis.authentication import Principal
from chassis.ids import new_id
from chassis.secrets import SecretBox
from chassis.testing.plugin import ALIXAN, Harness
from identity.adapters.signing_keys import ANNOUNCED_FOR, KEPT_FOR, SIGNS_FOR, KeyRing
from identity.entrypoints.settings import IdentitySettings

PRINCIPAL = Principal(new_id(), ALIXAN.tenant_id, new_id(), frozenset())


def ring(harness: Harness, key: bytes | None = None) -> KeyRing:
    """The keys as another process sees them."""
    box = SecretBox(key or harness.runtime.settings_as(IdentitySettings).secret_key_bytes)
    return KeyRing(harness.runtime.database, box)


async def signed_by(keys: KeyRing, now: Any) -> str:
    token = await keys.sign(PRINCIPAL, issued_at=now, expires_at=now + timedelta(minutes=15))
    return str(jwt.get_unverified_header(token)["kid"])


async def published(keys: KeyRing, now: Any) -> list[str]:
    return [key["kid"] for key in (await keys.jwks(now))["keys"]]


async def test_processes_that_start_together_make_one_key(harness: Harness) -> None:
    await harness.query("delete from signing_key")
    now = harness.clock.real_now()
    key_ids = await asyncio.gather(*(signed_by(ring(harness), now) for _ in range(6)))
    rows = await harness.query("select key_id, sealed_private_key from signing_key")
    assert [str(row["key_id"]) for row in rows] == list(set(key_ids))
    assert b"PRIVATE" not in rows[0]["sealed_private_key"]


async def test_an_old_key_is_succeeded_without_a_break(harness: Harness) -> None:
    start = harness.clock.real_now()
    old = await signed_by(ring(harness), start)
    late = start + SIGNS_FOR + timedelta(minutes=1)
    await ring(harness).replace_old(late)
    await ring(harness).replace_old(late)
    old_id, new = await published(ring(harness), late)
    assert old_id == old
    assert await signed_by(ring(harness), late) == old, "the new key is announced before it signs"
    signing = late + ANNOUNCED_FOR
    assert await signed_by(ring(harness), signing) == new
    await ring(harness).replace_old(signing)
    assert await published(ring(harness), signing) == [old, new], "tokens of the old key are still verified"
    await ring(harness).replace_old(signing + KEPT_FOR)
    assert await published(ring(harness), signing) == [new]
    await harness.query("delete from signing_key")


async def test_a_lost_secret_key_stops_no_login(harness: Harness) -> None:
    now = harness.clock.real_now()
    sealed = await signed_by(ring(harness), now)
    other = ring(harness, os.urandom(32))
    assert await signed_by(other, now) != sealed
    assert sealed in await published(other, now)
