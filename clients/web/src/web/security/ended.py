"""Sessions that people have ended here."""

import time
from collections.abc import Callable

from web.security.session import Session

_KEPT_SECONDS = 3600.0
"""Longer than an access token lives. After that a cookie has to be renewed, which identity refuses."""


class EndedSessions:
    """Known to this process at once; to others when the access token ends, a quarter of an hour later at most."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept_until: dict[str, float] = {}

    def add(self, session: Session) -> None:
        """From now on its cookie opens nothing."""
        now = self._now()
        self._kept_until = {known: until for known, until in self._kept_until.items() if until > now}
        self._kept_until[session.session_id] = now + _KEPT_SECONDS

    def __contains__(self, session: Session) -> bool:
        return session.session_id in self._kept_until
