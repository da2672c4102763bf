"""Wakes this process's own workers after a commit; their slow polling covers what other processes wrote."""

import asyncio
import contextlib
from collections.abc import Iterable
from uuid import UUID


class Signal:
    """Says for which communes there is something to do."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._woken: set[UUID] = set()

    def wake(self, tenant_ids: Iterable[UUID]) -> None:
        """There is something to do for these communes."""
        self._woken.update(tenant_ids)
        if self._woken:
            self._event.set()

    async def wait(self, seconds: float) -> set[UUID]:
        """The communes woken since the last call; returns when there is one, or without any after ``seconds``."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        self._event.clear()
        woken, self._woken = self._woken, set()
        return woken
