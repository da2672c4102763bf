"""Waiting for what happens elsewhere, with a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 30.0
"""More than any event needs on a busy machine."""
_PAUSE_SECONDS = 0.05


class WaitedInVainError(AssertionError):
    """What was waited for did not happen in time; the message tells what was seen last."""


def until(read: Callable[[], T], accepts: Callable[[T], object] = bool, *, seconds: float = PATIENCE_SECONDS) -> T:
    """Reads again and again until what is read is accepted, and returns it.

    Raises ``WaitedInVainError`` after ``seconds``.
    """
    deadline = time.monotonic() + seconds
    while not accepts(seen := read()):
        if time.monotonic() > deadline:
            raise WaitedInVainError(f"still {seen!r} after {seconds} s")
        time.sleep(_PAUSE_SECONDS)
    return seen
