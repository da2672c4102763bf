"""Several parents at once, for as long as asked; what needs a service known to be dead waits for its return."""

import random
import sys
import threading
import time
import traceback
from collections import deque

from driver.crashes.journeys import CANTEENS, Journey, World

_PARENTS = 6
_THOUGHT_SECONDS = (0.1, 0.6)


class Stream:
    """``journeys`` begin until ``close``; those begun are then led to their end."""

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._waiting: deque[Journey] = deque()
        self._closing = threading.Event()
        self._away: str | None = None
        self.begun = 0
        self.ended = 0
        self._threads = [threading.Thread(target=self._live, name=f"parent-{n}", daemon=True) for n in range(_PARENTS)]
        self._town_halls = {commune: world.town_hall(commune) for commune in CANTEENS}

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def without(self, service: str | None) -> None:
        """Nobody asks for this service for a while; people meanwhile do what they can."""
        self._away = service

    def close(self, seconds: float) -> None:
        """Leads every journey to its end; those that do not come to it are failures."""
        self._closing.set()
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        stuck = [thread for thread in self._threads if thread.is_alive()]
        frames = sys._current_frames()
        for thread in stuck:
            where = traceback.format_stack(frames[thread.ident]) if thread.ident in frames else []
            ours = [frame for frame in where if "/driver/" in frame]
            self._world.ledger.fail(f"a journey is stuck: {''.join(ours)}")

    def _live(self) -> None:
        while (journey := self._next()) is not None:
            step, _needs = journey.steps.pop(0)
            try:
                step()
            except Exception:
                self._world.ledger.fail(f"{step.__name__}: {traceback.format_exc()}")
                journey.steps.clear()
            if not journey.steps:
                journey.end()
            with self._lock:
                if journey.steps:
                    self._waiting.append(journey)
                else:
                    self.ended += 1
            time.sleep(self._random.uniform(*_THOUGHT_SECONDS))

    def _next(self) -> Journey | None:
        """The journey that waits longest and can go on; a new one; None at the end."""
        with self._lock:
            for journey in self._waiting:
                if journey.steps[0][1] != self._away:
                    self._waiting.remove(journey)
                    return journey
            if self._closing.is_set():
                return None
            self.begun += 1
            commune = self._random.choice(tuple(CANTEENS))
            return Journey(self._world, commune, self._town_halls[commune], self._random.getrandbits(32))
