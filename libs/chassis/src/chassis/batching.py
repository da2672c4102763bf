"""What comes at once is done at once: the crowd makes each of it cheaper, not slower."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT", bound=Hashable)
ItemT = TypeVar("ItemT")
DoneT = TypeVar("DoneT")


@dataclass(frozen=True)
class _Waiting(Generic[ItemT, DoneT]):
    item: ItemT
    done: "asyncio.Future[DoneT]"


class Batcher(Generic[KeyT, ItemT, DoneT]):
    """Gathers what arrives for one key (a commune) while a batch of that key is being done; that forms the next batch.

    ``run`` does a batch, whole or not at all, and gives a result for each item, in their order. Where a batch of
    several fails, each of its items is done alone, so that one does not spoil the others'. Someone who stops waiting
    does not stop what was begun.
    """

    def __init__(self, run: Callable[[KeyT, Sequence[ItemT]], Awaitable[Sequence[DoneT]]], *, most: int = 64) -> None:
        self._run = run
        self._most = most
        self._waiting: dict[KeyT, list[_Waiting[ItemT, DoneT]]] = {}
        self._running: dict[KeyT, asyncio.Task[None]] = {}

    async def do(self, key: KeyT, item: ItemT) -> DoneT:
        """The item's result, once its batch is done; raises what ``run`` raises for it."""
        waiting = _Waiting[ItemT, DoneT](item, asyncio.get_running_loop().create_future())
        self._waiting.setdefault(key, []).append(waiting)
        if key not in self._running:
            self._running[key] = asyncio.create_task(self._work(key))
        return await waiting.done

    async def _work(self, key: KeyT) -> None:
        try:
            while queue := self._waiting.pop(key, []):
                batch, rest = queue[: self._most], queue[self._most :]
                if rest:
                    self._waiting[key] = rest
                await self._do(key, batch)
        finally:
            del self._running[key]

    async def _do(self, key: KeyT, batch: Sequence[_Waiting[ItemT, DoneT]]) -> None:
        try:
            results = await self._run(key, [waiting.item for waiting in batch])
        except Exception as error:
            if len(batch) == 1:
                _fail(batch[0].done, error)
                return
            for waiting in batch:
                await self._do(key, [waiting])
        else:
            for waiting, result in zip(batch, results, strict=True):
                if not waiting.done.done():
                    waiting.done.set_result(result)


def _fail(done: "asyncio.Future[DoneT]", error: Exception) -> None:
    if not done.done():
        done.set_exception(error)
