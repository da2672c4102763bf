"""Slows down whoever guesses passwords. The rules are in ``identity.domain.throttling``."""

from datetime import timedelta

from identity.application.ports import AttemptKey, Context, Store
from identity.domain.throttling import (
    POLICIES,
    Kind,
    TooManyAttemptsError,
    after_failure,
    after_success,
    is_known,
    remaining_wait,
    without_failure,
)


class AttemptGuard:
    """Watches the attempts at one user name from one address, or on one device that it has logged in from.

    An attempt is counted as failed before the password is verified and forgiven if it was right: many attempts
    sent at once do not slip through together.
    """

    def __init__(self, context: Context, user_name: str, address: str, device: str | None = None) -> None:
        self._context = context
        digest = context.digest
        self._pair = AttemptKey(Kind.ACCOUNT_AT_ADDRESS, digest(f"{user_name}\n{address}"))
        self._account = AttemptKey(Kind.ACCOUNT, digest(user_name))
        self._address = AttemptKey(Kind.ADDRESS, digest(address))
        self._device = AttemptKey(Kind.ACCOUNT_ON_DEVICE, digest(f"{user_name}\n{device}")) if device else None
        self._counted: list[AttemptKey] = []

    async def begin(self, store: Store) -> None:
        """Counts the attempt. Raises ``TooManyAttemptsError``."""
        now = self._context.now()
        counted = [self._device] if self._device else [self._pair, self._account, self._address]
        tallies = await store.attempts.lock(counted, now)
        at_home = not self._device and is_known(tallies[self._pair], now)
        held_by = [key for key in counted if not (at_home and key == self._account)]
        wait = max(remaining_wait(tallies[key], now) for key in held_by)
        if wait > timedelta():
            raise TooManyAttemptsError(wait)
        await store.attempts.save({key: after_failure(tallies[key], now, POLICIES[key.kind]) for key in counted})
        self._counted = counted

    async def succeeded(self, store: Store) -> None:
        """The password was right."""
        now = self._context.now()
        forgiven = [self._device or self._pair]
        others = [key for key in self._counted if key not in forgiven]
        tallies = await store.attempts.lock([*forgiven, *others], now)
        await store.attempts.save(
            {key: after_success(now) for key in forgiven} | {key: without_failure(tallies[key]) for key in others}
        )


async def count_reset_request(context: Context, store: Store, address: str) -> None:
    """Counts a request for a reset by its address. Raises ``TooManyAttemptsError``."""
    key, now = AttemptKey(Kind.RESET_ADDRESS, context.digest(address)), context.now()
    tally = (await store.attempts.lock([key], now))[key]
    wait = remaining_wait(tally, now)
    if wait > timedelta():
        raise TooManyAttemptsError(wait)
    await store.attempts.save({key: after_failure(tally, now, POLICIES[key.kind])})
