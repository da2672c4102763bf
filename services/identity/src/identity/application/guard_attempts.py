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
    """Watches the attempts at one user name from one address.

    An attempt is counted as failed before the password is verified and forgiven if it was right: many attempts
    sent at once do not slip through together.
    """

    def __init__(self, context: Context, user_name: str, address: str) -> None:
        self._context = context
        digest = context.digest
        self._pair = AttemptKey(Kind.ACCOUNT_AT_ADDRESS, digest(f"{user_name}\n{address}"))
        self._account = AttemptKey(Kind.ACCOUNT, digest(user_name))
        self._address = AttemptKey(Kind.ADDRESS, digest(address))

    async def begin(self, store: Store) -> None:
        """Counts the attempt. Raises ``TooManyAttemptsError``."""
        now = self._context.now()
        tallies = await store.attempts.lock([self._pair, self._account, self._address], now)
        held_by = [self._pair, self._address]
        if not is_known(tallies[self._pair], now):
            held_by.append(self._account)
        wait = max(remaining_wait(tallies[key], now) for key in held_by)
        if wait > timedelta():
            raise TooManyAttemptsError(wait)
        await store.attempts.save(
            {key: after_failure(tallies[key], now, POLICIES[key.kind]) for key in (self._pair, self._account)}
        )

    async def failed(self, store: Store) -> None:
        """The password was wrong: the address counts it too."""
        now = self._context.now()
        tallies = await store.attempts.lock([self._address], now)
        await store.attempts.save({self._address: after_failure(tallies[self._address], now, POLICIES[Kind.ADDRESS])})

    async def succeeded(self, store: Store) -> None:
        """The password was right."""
        now = self._context.now()
        tallies = await store.attempts.lock([self._pair, self._account], now)
        await store.attempts.save(
            {self._pair: after_success(now), self._account: without_failure(tallies[self._account])}
        )


async def count_reset_request(context: Context, store: Store, address: str) -> None:
    """Counts a request for a reset by its address. Raises ``TooManyAttemptsError``."""
    key, now = AttemptKey(Kind.RESET_ADDRESS, context.digest(address)), context.now()
    tally = (await store.attempts.lock([key], now))[key]
    wait = remaining_wait(tally, now)
    if wait > timedelta():
        raise TooManyAttemptsError(wait)
    await store.attempts.save({key: after_failure(tally, now, POLICIES[key.kind])})
