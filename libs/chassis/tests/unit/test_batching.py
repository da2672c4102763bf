"""Batches: who shares one, what a failure does to the others."""

import asyncio
from collections.abc import Sequence

import pytest

from chassis.batching import Batcher


class Doubling:
    """Doubles numbers; refuses 13; remembers its batches. Each waits for ``gate``."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = asyncio.Event()

    async def __call__(self, _key: str, numbers: Sequence[int]) -> list[int]:
        await self.gate.wait()
        self.batches.append(list(numbers))
        if 13 in numbers:
            raise ValueError("13")
        return [2 * number for number in numbers]


async def arrive(batcher: Batcher[str, int, int], *numbers: int, key: str = "a") -> list["asyncio.Task[int]"]:
    """Waiting for their results."""
    tasks = [asyncio.create_task(batcher.do(key, number)) for number in numbers]
    await asyncio.sleep(0)
    return tasks


async def test_what_comes_during_a_batch_forms_the_next() -> None:
    doubling = Doubling()
    batcher = Batcher(doubling, most=3)
    first = await arrive(batcher, 1)
    await asyncio.sleep(0)
    others = await arrive(batcher, 2, 3, 4, 5)
    doubling.gate.set()
    assert await asyncio.gather(*first, *others) == [2, 4, 6, 8, 10]
    assert doubling.batches == [[1], [2, 3, 4], [5]]


async def test_keys_share_nothing() -> None:
    doubling = Doubling()
    batcher = Batcher(doubling)
    doubling.gate.set()
    assert await asyncio.gather(batcher.do("a", 1), batcher.do("b", 2)) == [2, 4]
    assert doubling.batches == [[1], [2]]


async def test_one_failure_does_not_spoil_the_others() -> None:
    doubling = Doubling()
    batcher = Batcher(doubling)
    tasks = await arrive(batcher, 1, 13, 3)
    doubling.gate.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results[::2] == [2, 6]
    assert isinstance(results[1], ValueError)
    assert doubling.batches == [[1, 13, 3], [1], [13], [3]]


async def test_who_stops_waiting_stops_nothing() -> None:
    doubling = Doubling()
    batcher = Batcher(doubling)
    leaving, staying = await arrive(batcher, 1, 2)
    leaving.cancel()
    doubling.gate.set()
    assert await staying == 4
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await batcher.do("a", 3) == 6
