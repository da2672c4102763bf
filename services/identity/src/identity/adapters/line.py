"""A line of people: each address in its turn, and at one address those who came first."""

import asyncio
from bisect import insort
from dataclasses import dataclass, field
from itertools import count


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
        self._numbers = count()

    def __len__(self) -> int:
        return sum(len(waiting) for waiting in self._addresses.values())

    def join(self, address: str, since: int) -> Waiting:
        """Somebody new in the line."""
        waiting = Waiting(since, next(self._numbers), address, asyncio.get_running_loop().create_future())
        insort(self._addresses.setdefault(address, []), waiting)
        return waiting

    def leave(self, waiting: Waiting) -> None:
        """Somebody in the line goes."""
        others = self._addresses[waiting.address]
        others.remove(waiting)
        if not others:
            del self._addresses[waiting.address]

    def ahead_of(self, waiting: Waiting) -> int:
        """How many have their turn before somebody in the line."""
        own = self._addresses[waiting.address].index(waiting)
        comes = self._comes(waiting.address)
        others = (address for address in self._addresses if address != waiting.address)
        return own + sum(min(len(self._addresses[address]), own + (self._comes(address) < comes)) for address in others)

    def take_next(self, now: int, served_since: int) -> asyncio.Future[None] | None:
        """Takes the next one out of the line. Turns before ``served_since`` are forgotten."""
        while self._served and self._served[earliest := next(iter(self._served))][0] < served_since:
            del self._served[earliest]
        if not self._addresses:
            return None
        address = min(self._addresses, key=self._comes)
        waiting = self._addresses[address][0]
        self.leave(waiting)
        self._served.pop(address, None)
        self._served[address] = now + 1, next(self._numbers)
        return waiting.turn

    def _comes(self, address: str) -> tuple[int, int, int]:
        """After its last turn, even within a millisecond: the address whose turn is longest ago comes first."""
        first = self._addresses[address][0]
        served_at, served_as = self._served.get(address, (0, 0))
        return max(first.since, served_at), served_as, first.number
