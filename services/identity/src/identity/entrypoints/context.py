"""Builds what the use cases work with."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from chassis.runtime import Runtime
from chassis.secrets import SecretBox
from contracts.events import TenantRegistered
from identity.adapters.hashing import ArgonHasher
from identity.adapters.signing_keys import KeyRing
from identity.adapters.store import SqlStore
from identity.adapters.turns import Turns
from identity.application.ports import Context
from identity.settings import settings_of

_LOGINS_PER_THREAD = 3
"""While one is hashed, another is read and a third is written; more would only take connections from other work."""


@dataclass(frozen=True)
class Parts:
    """What a process has one of: a pool of hashing threads, a line of logins and a cache of signing keys."""

    hasher: ArgonHasher
    logins: Turns
    keys: KeyRing


_parts: WeakKeyDictionary[Runtime, Parts] = WeakKeyDictionary()


def parts_of(runtime: Runtime) -> Parts:
    """The parts of a running service, made at first use."""
    if runtime not in _parts:
        settings = settings_of(runtime)
        box = SecretBox(settings.secret_key_bytes)
        logins = Turns(_LOGINS_PER_THREAD * settings.hashing_threads)
        _parts[runtime] = Parts(ArgonHasher(settings.hashing_threads), logins, KeyRing(runtime.database, box))
    return _parts[runtime]


def context_of(runtime: Runtime, commune: TenantRegistered) -> Context:
    """The context of one commune."""
    parts, key = parts_of(runtime), settings_of(runtime).secret_key_bytes

    @asynccontextmanager
    async def open_store() -> AsyncIterator[SqlStore]:
        async with runtime.transaction(commune.tenant_id) as transaction:
            yield SqlStore(transaction)

    return Context(
        tenant_id=commune.tenant_id,
        commune_names=(commune.name, commune.slug),
        open_store=open_store,
        turn=parts.logins.of,
        hasher=parts.hasher,
        access_tokens=parts.keys,
        digest=lambda words: hmac.digest(key, words.encode("utf-8", "surrogatepass"), hashlib.sha256),
        clock=runtime.clock,
    )
