"""When a bank is asked about an attempt: often while the payer may be on its page, then more and more rarely."""

from datetime import datetime, timedelta

_DELAYS = (30, 30, 60, 120, 240, 480, 900, 1800, 3600, 7200, 14400, 28800)
"""Seconds before each question; afterwards a day."""
_DAY = timedelta(days=1)
_LONGEST = timedelta(days=30)
"""A direct debit may be rejected weeks later; beyond this the bank's statement tells."""
HINT_PAUSE = timedelta(seconds=3)
"""Anybody may write an unsigned hint: a bank is not asked about the same attempt more often than this."""


def next_question(started_at: datetime, asked: int, real_now: datetime) -> datetime | None:
    """The instant of the question after ``asked`` ones, real time; None when no more is to be hoped for."""
    if real_now - started_at > _LONGEST:
        return None
    return real_now + (timedelta(seconds=_DELAYS[asked]) if asked < len(_DELAYS) else _DAY)
