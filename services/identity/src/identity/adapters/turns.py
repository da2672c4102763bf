"""Who may work next, when many want to: known people first, and among the others each address in its turn."""

import asyncio
import math
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from identity.application.ports import BusyError, Caller

_LONGEST_WAIT_SECONDS = 6.0
"""The web client waits ten for an answer, of which a hash may take three."""
_PACE_OF = 50
_SOONEST, _LATEST = 2, 60
_Line = OrderedDict[str, deque[asyncio.Future[None]]]


class Turns:
    """``places`` work at once. A thousand who wait at one address delay another address by one turn, not a thousand."""

    def __init__(self, places: int, longest_wait_seconds: float = _LONGEST_WAIT_SECONDS) -> None:
        self._free = places
        self._longest_wait_seconds = longest_wait_seconds
        self._known: _Line = OrderedDict()
        self._others: _Line = OrderedDict()
        self._ended: deque[float] = deque(maxlen=_PACE_OF)

    @asynccontextmanager
    async def of(self, caller: Caller) -> AsyncIterator[None]:
        """The caller's turn. Raises ``BusyError`` when it does not come in time, with how many wait."""
        try:
            async with asyncio.timeout(self._longest_wait_seconds):
                await self._take(caller)
        except TimeoutError as error:
            raise self._busy() from error
        try:
            yield
        finally:
            self._give_back()

    async def _take(self, caller: Caller) -> None:
        """Waits for a turn. Who stops waiting leaves the line."""
        if self._free:
            self._free -= 1
            return
        line = self._known if caller.known else self._others
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.setdefault(caller.address, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._give_back()  # it came just as the wait ended
            raise

    def _busy(self) -> BusyError:
        lines = (*self._known.values(), *self._others.values())
        waiting = sum(not turn.done() for line in lines for turn in line)
        taken = self._ended[-1] - self._ended[0] if len(self._ended) > 1 else 0.0
        seconds = math.ceil(waiting * taken / (len(self._ended) - 1)) if taken else 0
        return BusyError(waiting, min(max(seconds, _SOONEST), _LATEST))

    def _give_back(self) -> None:
        """Ends a turn: the next one in line has it."""
        self._ended.append(asyncio.get_running_loop().time())
        turn = _next(self._known) or _next(self._others)
        if turn is None:
            self._free += 1
        else:
            turn.set_result(None)


def _next(line: _Line) -> asyncio.Future[None] | None:
    """The turn of the address that waits since longest; its others go to the end."""
    while line:
        address, waiting = line.popitem(last=False)
        while waiting:
            turn = waiting.popleft()
            if not turn.done():
                if waiting:
                    line[address] = waiting
                return turn
    return None
