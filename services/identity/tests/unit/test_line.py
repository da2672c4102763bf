"""The line's order, whatever comes and goes: that of a plain model which looks at everybody each time."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from identity.adapters.line import Line, Waiting

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("join"), st.sampled_from("abc"), st.integers(0, 50)),
        st.tuples(st.just("leave"), st.integers(0, 20), st.none()),
        st.tuples(st.just("take"), st.none(), st.none()),
    ),
    max_size=60,
)


async def test_an_address_comes_by_its_first_arrival_but_after_its_last_turn() -> None:
    @given(STEPS)
    def holds(steps: list[tuple[str, Any, Any]]) -> None:
        line, here, served, now = Line(), list[Waiting](), dict[str, tuple[int, int]](), 100
        for number, (step, what, since) in enumerate(steps):
            now += 1
            if step == "join":
                here.append(line.join(what, since))
            elif step == "leave" and here:
                line.leave(here.pop(what % len(here)))
            elif step == "take":
                turn = line.take_next(now, served_since=0)
                expected = _next(here, served)
                assert turn is (expected.turn if expected else None)
                if expected:
                    here.remove(expected)
                    served[expected.address] = now + 1, number
            assert len(line) == len(here)
            assert line.before(25) == sum(waiting.since < 25 for waiting in here)

    holds()


def _next(here: list[Waiting], served: dict[str, tuple[int, int]]) -> Waiting | None:
    first = [min(each for each in here if each.address == address) for address in {each.address for each in here}]

    def comes(waiting: Waiting) -> tuple[int, int, int]:
        served_at, served_as = served.get(waiting.address, (0, 0))
        return max(waiting.since, served_at), served_as, waiting.number

    return min(first, key=comes, default=None)


async def test_turns_of_long_ago_are_forgotten() -> None:
    line = Line()
    for number in range(100):
        line.join(str(number), number)
        assert line.take_next(1_000 + number, served_since=0)
    assert line.take_next(2_000, served_since=1_090) is None
    assert len(line._served) == 11
