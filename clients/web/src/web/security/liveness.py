"""Whether a session still goes on: ended here, it is over at once; ended elsewhere, within seconds.

A session may end in another replica, on another device (a new password), or at the town hall (an account closed).
Identity knows; it is asked again when its last answer has grown old.
"""

import time
from collections.abc import Awaitable, Callable

import structlog

from web.api.errors import ApiError, ApiProblem, SessionEndedError
from web.security.session import Session

_log = structlog.get_logger(__name__)

TRUSTED_SECONDS = 5.0
"""How long an answer of identity is believed: no cookie outlives its session by more."""
_ENDED_SECONDS = 3600.0
"""Longer than an access token lives. After that a cookie has to be renewed, which identity refuses."""


class Liveness:
    """What this process knows of sessions, for a while."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._alive_until: dict[str, float] = {}
        self._ended_until: dict[str, float] = {}
        self._swept_at = now()

    def end(self, session: Session) -> None:
        """From now on its cookie opens nothing here."""
        self._ended_until[session.session_id] = self._now() + _ENDED_SECONDS
        self._alive_until.pop(session.session_id, None)

    async def goes_on(self, session: Session, ask: Callable[[], Awaitable[None]]) -> bool:
        """Whether it goes on; ``ask`` has identity say so, and is called at most every ``TRUSTED_SECONDS``.

        While identity does not answer, the session goes on until its access token ends: better than a portal closed
        to everyone.
        """
        self._sweep()
        if session.session_id in self._ended_until:
            return False
        if self._alive_until.get(session.session_id, 0.0) > self._now():
            return True
        asked_at = self._now()
        try:
            await ask()
        except SessionEndedError:
            return False
        except ApiError as error:
            if isinstance(error, ApiProblem) and error.slug == "session-ended":
                self.end(session)
                return False
            _log.warning("session_not_checked", error=type(error).__name__)
            return True
        self._alive_until[session.session_id] = asked_at + TRUSTED_SECONDS
        return session.session_id not in self._ended_until  # it may have ended while identity was being asked

    def _sweep(self) -> None:
        """Forgets what has grown old, in one pass every few seconds."""
        now = self._now()
        if now - self._swept_at < TRUSTED_SECONDS:
            return
        self._swept_at = now
        for known in (self._alive_until, self._ended_until):
            for session_id in [session_id for session_id, until in known.items() if until <= now]:
                del known[session_id]
