"""Who may work next, when many want to: known people first, and among the others each address in its turn."""

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from identity.adapters.line import Line, Waiting
from identity.adapters.places import KEPT_MILLISECONDS, Places
from identity.application.ports import BusyError, Caller
from identity.domain.tickets import Place

_LONGEST_WAIT_SECONDS = 6.0
"""The web client waits ten for an answer, of which a hash may take three."""
_PACE_OF = 50
_SOONEST, _LATEST = 2, 60


def _milliseconds() -> int:
    return time.time_ns() // 1_000_000


class Turns:
    """``places`` work at once. Who waited in vain keeps a place in the line for some minutes."""

    def __init__(
        self,
        places: int,
        longest_wait_seconds: float = _LONGEST_WAIT_SECONDS,
        clock: Callable[[], int] = _milliseconds,
    ) -> None:
        """``clock``: real time, in milliseconds, the same in all processes."""
        self._free = places
        self.longest_wait_seconds = longest_wait_seconds
        self._clock = clock
        self._lines = {True: Line(), False: Line()}
        self._places = Places()
        self._ended: deque[float] = deque(maxlen=_PACE_OF)

    @asynccontextmanager
    async def of(self, caller: Caller) -> AsyncIterator[None]:
        """The caller's turn. Raises ``BusyError`` when it does not come in time, with the rank and a place kept."""
        now = self._clock()
        since = self._places.take(caller.place, now) or now
        await self._take(caller, since)
        try:
            yield
        except BusyError as busy:
            busy.place = self._keep(caller, since)
            raise
        finally:
            self._give_back()

    async def _take(self, caller: Caller, since: int) -> None:
        """Waits for a turn. Who stops waiting leaves the line."""
        if self._free:
            self._free -= 1
            return
        line = self._lines[caller.known]
        waiting = line.join(caller.address, since)
        try:
            await asyncio.wait([waiting.turn], timeout=self.longest_wait_seconds)
        except asyncio.CancelledError:
            if waiting.turn.done():
                self._give_back()  # it came just as the wait ended
            else:
                line.leave(waiting)
            raise
        if waiting.turn.done():
            return
        busy = self._busy(caller, waiting)
        line.leave(waiting)
        busy.place = self._keep(caller, since)
        raise busy

    def _keep(self, caller: Caller, since: int) -> Place:
        return self._places.keep(since, self._clock(), known=caller.known)

    def _busy(self, caller: Caller, waiting: Waiting) -> BusyError:
        """The rank is by arrival, and counts those who were put off: they may come again."""
        ahead = self._lines[caller.known].before(waiting.since) + self._places.before(waiting.since, known=caller.known)
        if not caller.known:
            ahead += len(self._lines[True]) + self._places.count(known=True)
        taken = self._ended[-1] - self._ended[0] if len(self._ended) > 1 else 0.0
        seconds = math.ceil((ahead + 1) * taken / (len(self._ended) - 1)) if taken else 0
        expected = max(seconds, _SOONEST)
        return BusyError(ahead + 1, min(expected, _LATEST), expected)

    def _give_back(self) -> None:
        """Ends a turn: the next one in line has it."""
        self._ended.append(asyncio.get_running_loop().time())
        now = self._clock()
        for line in self._lines.values():
            if turn := line.take_next(now, now - KEPT_MILLISECONDS):
                turn.set_result(None)
                return
        self._free += 1
