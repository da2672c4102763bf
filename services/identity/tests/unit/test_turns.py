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


async def test_who_waits_too_long_is_told_the_rank_and_when_to_come_again() -> None:
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
    assert [busy.details["rank"] for busy in told] == list(range(1, 30)), "those put off before may come again first"
    assert "Vous êtes à la 1re place" in told[0].detail
    assert "Vous êtes à la 29e place" in told[-1].detail
    assert 2 <= told[0].details["retry_after"] <= told[-1].details["retry_after"] <= 60


async def test_a_long_wait_is_told_as_it_is_and_the_place_renewed_before_it_is_lost() -> None:
    turns = Turns(1, longest_wait_seconds=0.2)
    for _ in range(2):
        async with turns.of(stranger("a")):
            await asyncio.sleep(0.1)
    turns._ended[0] -= 30
    async with turns.of(stranger("a")):
        told = await asyncio.gather(*(put_off(turns, stranger(str(number))) for number in range(10)))
    assert told[-1].details["retry_after"] == 60
    assert told[-1].details["expected_seconds"] > 300
    assert "dans 6 minutes environ" in told[-1].detail
    assert "réessayez dans 1 minute." in told[-1].detail


async def put_off(turns: Turns, caller: Caller) -> BusyError:
    """What somebody who comes while another works is told."""
    with pytest.raises(BusyError) as busy:
        async with turns.of(caller):
            pass
    return busy.value


class Clock:
    """Milliseconds that pass one at each look, or as told."""

    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        self.now += 1
        return self.now


async def test_a_place_that_was_kept_is_before_those_who_came_later() -> None:
    turns = Turns(1, longest_wait_seconds=0.01)
    async with turns.of(stranger("a")):
        places = [(await put_off(turns, stranger(name))).place for name in ("early", "late")]
    turns.longest_wait_seconds = 10
    callers = [
        ("new", stranger("b")),
        ("late", Caller("c", False, places[1])),
        ("early", Caller("d", False, places[0])),
    ]
    assert await order_of(turns, *callers) == ["early", "late", "new"]


async def test_at_one_address_too_and_after_a_change_of_address() -> None:
    turns = Turns(1, longest_wait_seconds=0.01)
    async with turns.of(stranger("a")):
        place = (await put_off(turns, stranger("b"))).place
    turns.longest_wait_seconds = 10
    assert await order_of(turns, ("new", stranger("c")), ("back", Caller("c", False, place))) == ["back", "new"]


async def test_a_place_serves_once() -> None:
    turns = Turns(1, longest_wait_seconds=0.01)
    async with turns.of(stranger("a")):
        place = (await put_off(turns, stranger("b"))).place
    turns.longest_wait_seconds = 10
    back = Caller("b", False, place)
    assert await order_of(turns, ("new", stranger("c")), ("back", back)) == ["back", "new"]
    again = Caller("e", False, place)
    assert await order_of(turns, ("new", stranger("d")), ("again", again)) == ["new", "again"]


@pytest.mark.parametrize(("later", "order"), [(179_900, ["back", "new"]), (180_100, ["new", "back"])])
async def test_a_place_is_kept_for_three_minutes(later: int, order: list[str]) -> None:
    clock = Clock()
    turns = Turns(1, 0.01, clock)
    async with turns.of(stranger("a")):
        place = (await put_off(turns, stranger("b"))).place
    turns.longest_wait_seconds = 10
    clock.now += later
    assert await order_of(turns, ("new", stranger("c")), ("back", Caller("b", False, place))) == order


async def test_who_is_put_off_again_keeps_the_first_arrival() -> None:
    turns = Turns(1, longest_wait_seconds=0.01)
    async with turns.of(stranger("a")):
        place = (await put_off(turns, stranger("first"))).place
        await put_off(turns, stranger("second"))
        again = await put_off(turns, Caller("first", False, place))
    assert (again.details["rank"], again.place and again.place.since) == (1, place and place.since)
    assert again.place != place


async def test_places_of_one_address_do_not_delay_another_by_more_than_one() -> None:
    """However many places somebody gathers, each address has its turn."""
    turns = Turns(1, longest_wait_seconds=0.05)
    async with turns.of(stranger("a")):
        told = await asyncio.gather(*(put_off(turns, stranger("flood")) for _ in range(100)))
    turns.longest_wait_seconds = 10
    flood = [("flood", Caller("flood", False, busy.place)) for busy in told]
    assert (await order_of(turns, *flood, ("other", stranger("b")))).index("other") == 1


async def test_a_place_passes_no_known_device() -> None:
    turns = Turns(1, longest_wait_seconds=0.01)
    async with turns.of(stranger("a")):
        place = (await put_off(turns, stranger("b"))).place
    turns.longest_wait_seconds = 10
    callers = [("back", Caller("b", False, place)), ("known", Caller("c", known=True))]
    assert await order_of(turns, *callers) == ["known", "back"]


async def test_addresses_take_turns_also_within_one_instant() -> None:
    callers = [(name, stranger(name)) for name in "aaabbbccc"]
    assert await order_of(Turns(1, 10, clock=lambda: 1_000), *callers) == list("abcabcabc")


async def test_known_devices_are_counted_before_strangers() -> None:
    turns, told = Turns(1, longest_wait_seconds=0.2), {}

    async def come(name: str, caller: Caller) -> None:
        told[name] = (await put_off(turns, caller)).details["rank"]

    async with turns.of(stranger("x")):
        await asyncio.gather(
            come("a1", stranger("a")),
            come("a2", stranger("a")),
            come("b1", stranger("b")),
            come("known", Caller("c", known=True)),
        )
    assert told["a1"] == 2
    assert told["known"] == 1


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
