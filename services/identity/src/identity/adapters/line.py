"""A line of people: each address in its turn, and at one address those who came first."""

import asyncio
from bisect import bisect_left, insort
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

_When = tuple[int, int, int]


@dataclass(order=True)
class Waiting:
    """Somebody in the line since an instant, in milliseconds; ``number`` tells those of one instant apart."""

    since: int
    number: int
    address: str = field(compare=False)
    turn: asyncio.Future[None] = field(compare=False)


class Line:
    """An address comes by its first arrival, but after its last turn: a thousand at one delay another by one turn."""

    def __init__(self) -> None:
        self._addresses: dict[str, list[Waiting]] = {}
        self._served: dict[str, tuple[int, int]] = {}
        self._arrivals: list[int] = []
        self._next: list[tuple[_When, str]] = []
        """A heap, in which what is said of an address may be outdated."""
        self._numbers = count()

    def __len__(self) -> int:
        return len(self._arrivals)

    def join(self, address: str, since: int) -> Waiting:
        """Somebody new in the line."""
        waiting = Waiting(since, next(self._numbers), address, asyncio.get_running_loop().create_future())
        others = self._addresses.setdefault(address, [])
        insort(others, waiting)
        insort(self._arrivals, since)
        if others[0] is waiting:
            self._announce(address)
        return waiting

    def leave(self, waiting: Waiting) -> None:
        """Somebody in the line goes."""
        others = self._addresses[waiting.address]
        was_first = others[0] is waiting
        others.remove(waiting)
        del self._arrivals[bisect_left(self._arrivals, waiting.since)]
        if not others:
            del self._addresses[waiting.address]
        elif was_first:
            self._announce(waiting.address)

    def before(self, since: int) -> int:
        """How many came earlier."""
        return bisect_left(self._arrivals, since)

    def take_next(self, now: int, served_since: int) -> asyncio.Future[None] | None:
        """Takes the next one out of the line. Turns before ``served_since`` are forgotten."""
        self._forget(served_since)
        while self._next:
            when, address = heappop(self._next)
            if address in self._addresses and when == self._comes(address):
                first = self._addresses[address][0]
                self._served.pop(address, None)
                self._served[address] = now + 1, next(self._numbers)
                self.leave(first)
                return first.turn
        return None

    def _announce(self, address: str) -> None:
        heappush(self._next, (self._comes(address), address))

    def _comes(self, address: str) -> _When:
        """After its last turn, even within a millisecond: the address whose turn is longest ago comes first."""
        first = self._addresses[address][0]
        served_at, served_as = self._served.get(address, (0, 0))
        return max(first.since, served_at), served_as, first.number

    def _forget(self, served_since: int) -> None:
        """Those served longest ago come first; who waits now is looked at later."""
        while self._served:
            address, (served_at, _) = next(iter(self._served.items()))
            if served_at >= served_since or address in self._addresses:
                return
            del self._served[address]
