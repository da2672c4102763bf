"""Growing delays after failed attempts, as a leaking tally: each failure adds one, time takes them away again.

Three tallies watch a login. The one of the account *and* address is strict: it slows who guesses without touching the
parent elsewhere. The one of the account alone stops guesses spread over many addresses; its longest delay is short,
and an address the account already logged in from is not held by it, so that nobody can lock a parent out. The
one of the address is generous: a whole school may stand behind it. A device the account already logged in from
(``identity.domain.devices``) has a strict tally of its own instead of all three: a telephone changes its address all
the time.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chassis.errors import DomainError

KNOWN_ADDRESS = timedelta(days=180)
"""How long an address stays known to an account after its last login from there."""


class Kind(StrEnum):
    """What a tally counts failures of."""

    ACCOUNT_AT_ADDRESS = "account_at_address"
    ACCOUNT_ON_DEVICE = "account_on_device"
    ACCOUNT = "account"
    ADDRESS = "address"
    RESET_ADDRESS = "reset_address"


@dataclass(frozen=True)
class Policy:
    """``free`` failures cost nothing; then delays double from ``first_delay`` up to ``longest_delay``.

    One failure is forgotten every ``forgets_one_in``.
    """

    free: int
    forgets_one_in: timedelta
    first_delay: timedelta
    longest_delay: timedelta


POLICIES = {
    Kind.ACCOUNT_AT_ADDRESS: Policy(5, timedelta(minutes=30), timedelta(seconds=5), timedelta(minutes=15)),
    Kind.ACCOUNT_ON_DEVICE: Policy(5, timedelta(minutes=30), timedelta(seconds=5), timedelta(minutes=15)),
    Kind.ACCOUNT: Policy(20, timedelta(minutes=10), timedelta(seconds=5), timedelta(minutes=1)),
    Kind.ADDRESS: Policy(200, timedelta(seconds=6), timedelta(seconds=1), timedelta(minutes=1)),
    Kind.RESET_ADDRESS: Policy(200, timedelta(seconds=5), timedelta(seconds=5), timedelta(minutes=5)),
}


@dataclass(frozen=True)
class Tally:
    """Failures weighed at ``as_of``; no attempt before ``blocked_until``. ``succeeded_at``: the last success."""

    level: float
    as_of: datetime
    blocked_until: datetime | None = None
    succeeded_at: datetime | None = None


class TooManyAttemptsError(DomainError):
    """Wait before the next attempt."""

    slug = "too-many-attempts"

    def __init__(self, wait: timedelta) -> None:
        seconds = max(1, math.ceil(wait.total_seconds()))
        super().__init__(f"Trop d'essais à la suite. Réessayez dans {spoken(seconds)}.", retry_after_seconds=seconds)


def spoken(seconds: int) -> str:
    """A waiting time in French, rounded up to the minute when long."""
    if seconds < 60:
        return "1 seconde" if seconds == 1 else f"{seconds} secondes"
    minutes = math.ceil(seconds / 60)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def remaining_wait(tally: Tally, now: datetime) -> timedelta:
    """How long until an attempt is allowed; zero when it is."""
    if tally.blocked_until is None:
        return timedelta()
    return max(timedelta(), tally.blocked_until - now)


def after_failure(tally: Tally, now: datetime, policy: Policy) -> Tally:
    """The tally with one failure more, at ``now``."""
    level = _level_at(tally, now, policy) + 1
    excess = math.ceil(level) - policy.free
    blocked_until = now + _delay(excess, policy) if excess > 0 else None
    return Tally(level, now, blocked_until, tally.succeeded_at)


def without_failure(tally: Tally) -> Tally:
    """The tally without the failure that was counted before the attempt turned out right."""
    return Tally(max(0.0, tally.level - 1), tally.as_of, None, tally.succeeded_at)


def after_success(now: datetime) -> Tally:
    """An empty tally that knows of a success."""
    return Tally(0.0, now, None, now)


def is_known(tally: Tally, now: datetime) -> bool:
    """Whether the account logged in from this address not long ago."""
    return tally.succeeded_at is not None and now - tally.succeeded_at < KNOWN_ADDRESS


def _level_at(tally: Tally, now: datetime, policy: Policy) -> float:
    forgotten = max(timedelta(), now - tally.as_of) / policy.forgets_one_in
    return max(0.0, tally.level - forgotten)


def _delay(excess: int, policy: Policy) -> timedelta:
    factor: int = 2 ** min(excess - 1, 20)
    return min(policy.first_delay * factor, policy.longest_delay)
