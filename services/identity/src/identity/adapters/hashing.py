"""argon2id in a small pool of threads: neither the event loop nor the memory is at the mercy of a rush of logins."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerificationError

from identity.application.ports import BusyError
from identity.domain.passwords import normalized

_MEMORY_KIB = 19 * 1024
_PASSES = 2
_LONGEST_WAIT_SECONDS = 3.0
_Result = TypeVar("_Result")


class ArgonHasher:
    """Implements ``PasswordHasher`` with 19 MiB, two passes and one lane, OWASP's floor for argon2id."""

    def __init__(self, threads: int, longest_wait_seconds: float = _LONGEST_WAIT_SECONDS) -> None:
        self._argon = PasswordHasher(time_cost=_PASSES, memory_cost=_MEMORY_KIB, parallelism=1, type=Type.ID)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._free = asyncio.Semaphore(threads)
        self._longest_wait_seconds = longest_wait_seconds
        self._nobody = self._argon.hash("nobody's password")

    async def hash(self, password: str) -> str:
        """The hash to keep of a password. Raises ``BusyError``."""
        return await self._run(lambda: self._argon.hash(normalized(password)))

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is right; without hash, the same work against nobody's. Raises ``BusyError``."""
        right = await self._run(lambda: self._matches(password_hash or self._nobody, normalized(password)))
        return right and password_hash is not None

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._argon.verify(password_hash, password)
        except VerificationError:
            return False

    async def _run(self, work: Callable[[], _Result]) -> _Result:
        try:
            async with asyncio.timeout(self._longest_wait_seconds):
                await self._free.acquire()
        except TimeoutError as error:
            raise BusyError from error
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._free.release()
