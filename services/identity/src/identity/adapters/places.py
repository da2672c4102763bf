"""Places kept for those who were put off: each serves once, and a few minutes only."""

import secrets
from bisect import bisect_left, bisect_right, insort

from identity.domain.tickets import Place

KEPT_MILLISECONDS = 180_000
"""Longer than the longest time after which somebody is told to come again, so as to type a password."""


class Places:
    """Those of one process. Another one honours them too: there they serve once more at most."""

    def __init__(self) -> None:
        self._away: dict[str, tuple[Place, bool]] = {}
        self._used: dict[str, int] = {}
        self._arrivals: dict[bool, list[int]] = {True: [], False: []}

    def keep(self, since: int, now: int, *, known: bool) -> Place:
        """A new place for who came at ``since``, and leaves the line."""
        self._forget(now)
        place = Place(secrets.token_urlsafe(12), since, now + KEPT_MILLISECONDS)
        self._away[place.place_id] = place, known
        insort(self._arrivals[known], since)
        return place

    def take(self, place: Place | None, now: int) -> int | None:
        """Since when its holder waits; None without a place, with one that expired or served before."""
        self._forget(now)
        if place is None or place.expires_at <= now or place.place_id in self._used:
            return None
        self._used[place.place_id] = now + KEPT_MILLISECONDS
        self._let_go(place.place_id)
        return place.since

    def before(self, since: int, *, known: bool) -> int:
        """How many who were put off and may come again came no later: those of ``known`` devices, or the others."""
        return bisect_right(self._arrivals[known], since)

    def count(self, *, known: bool) -> int:
        """How many may come again."""
        return len(self._arrivals[known])

    def _forget(self, now: int) -> None:
        """Both are in the order in which they expire."""
        while self._used and self._used[first := next(iter(self._used))] <= now:
            del self._used[first]
        while self._away and self._away[first := next(iter(self._away))][0].expires_at <= now:
            self._let_go(first)

    def _let_go(self, place_id: str) -> None:
        if kept := self._away.pop(place_id, None):
            place, known = kept
            arrivals = self._arrivals[known]
            del arrivals[bisect_left(arrivals, place.since)]
