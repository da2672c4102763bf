"""Who works next."""

import asyncio

import pytest

from identity.adapters.turns import Turns
from identity.application.ports import BusyError, Caller


def stranger(address: str) -> Caller:
    return Caller(address, known=False)


async def order_of(turns: Turns, *callers: tuple[str, Caller]) -> list[str]:
    """The names of those who wait behind one that works, in the order in which they get their turn."""
    worked: list[str] = []

    async def work(name: str, caller: Caller) -> None:
        async with turns.of(caller):
            worked.append(name)

    async with turns.of(stranger("first")):
        tasks = [asyncio.create_task(work(*each)) for each in callers]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)
    return worked


async def test_a_thousand_at_one_address_delay_another_by_one() -> None:
    flood = [(f"flood {number}", stranger("a")) for number in range(1000)]
    assert (await order_of(Turns(1), *flood, ("other", stranger("b")))).index("other") == 1


async def test_known_people_pass_first() -> None:
    callers = [("x", stranger("a")), ("y", stranger("b")), ("known", Caller("a", known=True))]
    assert (await order_of(Turns(1), *callers))[0] == "known"


async def test_one_address_keeps_its_order() -> None:
    assert await order_of(Turns(1), *((str(number), stranger("a")) for number in range(5))) == list("01234")


async def test_who_waits_too_long_is_told_and_leaves_the_line() -> None:
    turns = Turns(1, longest_wait_seconds=0.001)
    async with turns.of(stranger("a")):
        with pytest.raises(BusyError):
            async with turns.of(stranger("b")):
                pass
    async with turns.of(stranger("c")):
        pass


async def test_who_waits_too_long_is_told_how_many_wait_and_when_to_come_again() -> None:
    turns, told = Turns(1, longest_wait_seconds=1), []

    async def come(seconds: float) -> None:
        await asyncio.sleep(seconds)
        try:
            async with turns.of(stranger("a")):
                pass
        except BusyError as busy:
            told.append(busy)

    for _ in range(2):
        async with turns.of(stranger("a")):
            await asyncio.sleep(0.1)
    async with turns.of(stranger("a")):
        await asyncio.gather(*(come(0.03 * number) for number in range(29)))
    assert len(told) == 29
    assert "attendent leur tour" in told[0].detail
    assert 2 <= told[0].details["retry_after"] <= 60
    assert told[-1].detail == "Beaucoup de familles se connectent en ce moment. Réessayez dans quelques secondes."


async def test_a_turn_that_comes_as_the_wait_ends_is_passed_on() -> None:
    turns, worked = Turns(1), []

    async def work(name: str) -> None:
        async with turns.of(stranger(name)):
            worked.append(name)

    async with turns.of(stranger("a")):
        late, following = (asyncio.create_task(work(name)) for name in "bc")
        await asyncio.sleep(0)
    late.cancel()
    async with asyncio.timeout(10):
        await following
    assert worked == ["c"]
    assert late.cancelled()


async def test_a_failure_gives_the_turn_back() -> None:
    turns = Turns(1)
    with pytest.raises(ValueError, match="inside"):
        async with turns.of(stranger("a")):
            raise ValueError("inside")
    async with asyncio.timeout(10), turns.of(stranger("b")):
        pass
