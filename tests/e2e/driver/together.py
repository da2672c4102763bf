"""Several people, or one in several tabs, at the same instant."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def at_once(actions: Sequence[Callable[[], T]]) -> list[T]:
    """Does them all, none before everyone is ready; the results in their order."""
    ready = threading.Barrier(len(actions))

    def act(action: Callable[[], T]) -> T:
        ready.wait()
        return action()

    with ThreadPoolExecutor(len(actions)) as people:
        return list(people.map(act, actions))
