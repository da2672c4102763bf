"""Builds what the use cases work with."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from chassis.runtime import Runtime
from contracts.events import TenantRegistered
from identity.adapters.hashing import ArgonHasher
from identity.adapters.signing_keys import KeyRing
from identity.adapters.store import SqlStore
from identity.application.ports import Context
from identity.entrypoints.settings import IdentitySettings


@dataclass(frozen=True)
class Parts:
    """What a process has one of: a pool of hashing threads and a cache of signing keys."""

    hasher: ArgonHasher
    keys: KeyRing


_parts: WeakKeyDictionary[Runtime, Parts] = WeakKeyDictionary()


def parts_of(runtime: Runtime) -> Parts:
    """The parts of a running service, made at first use."""
    if runtime not in _parts:
        settings = runtime.settings_as(IdentitySettings)
        _parts[runtime] = Parts(ArgonHasher(settings.hashing_threads), KeyRing(runtime.database, settings.secret_box))
    return _parts[runtime]


def context_of(runtime: Runtime, commune: TenantRegistered) -> Context:
    """The context of one commune."""
    parts, key = parts_of(runtime), runtime.settings_as(IdentitySettings).secret_key_bytes

    @asynccontextmanager
    async def open_store() -> AsyncIterator[SqlStore]:
        async with runtime.transaction(commune.tenant_id) as transaction:
            yield SqlStore(transaction)

    return Context(
        tenant_id=commune.tenant_id,
        commune_names=(commune.name, commune.slug),
        open_store=open_store,
        hasher=parts.hasher,
        access_tokens=parts.keys,
        digest=lambda words: hmac.digest(key, words.encode("utf-8", "surrogatepass"), hashlib.sha256),
        clock=runtime.clock,
    )
