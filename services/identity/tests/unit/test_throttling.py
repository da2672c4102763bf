"""Growing delays, over instants."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.domain.throttling import (
    KNOWN_ADDRESS,
    POLICIES,
    Kind,
    Tally,
    TooManyAttemptsError,
    after_failure,
    after_success,
    is_known,
    remaining_wait,
    without_failure,
)

START = datetime(2022, 7, 4, 9, 0, tzinfo=UTC)
PAIR, ACCOUNT, ADDRESS = POLICIES[Kind.ACCOUNT_AT_ADDRESS], POLICIES[Kind.ACCOUNT], POLICIES[Kind.ADDRESS]


def failures(count: int, policy=PAIR, every: timedelta = timedelta()) -> Tally:
    tally = Tally(0.0, START)
    for number in range(count):
        tally = after_failure(tally, START + number * every, policy)
    return tally


def test_the_first_failures_cost_nothing() -> None:
    assert remaining_wait(failures(5), START) == timedelta()


def test_then_delays_double_up_to_the_longest() -> None:
    waits = [remaining_wait(failures(count), START).total_seconds() for count in range(6, 16)]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]


def test_a_delay_runs_out() -> None:
    tally = failures(6)
    assert remaining_wait(tally, START + timedelta(seconds=4)) == timedelta(seconds=1)
    assert remaining_wait(tally, START + timedelta(seconds=5)) == timedelta()


def test_failures_are_forgotten_with_time() -> None:
    later = START + 6 * PAIR.forgets_one_in
    assert remaining_wait(after_failure(failures(6), later, PAIR), later) == timedelta()


def test_a_school_behind_one_address_is_not_held() -> None:
    """One mistyped password every six seconds, all day long."""
    tally = failures(5000, ADDRESS, every=timedelta(seconds=6))
    assert tally.blocked_until is None


def test_an_attacked_account_waits_a_minute_at_most() -> None:
    assert remaining_wait(failures(100_0, ACCOUNT), START) == timedelta(minutes=1)


def test_an_address_stays_known_for_a_while() -> None:
    tally = after_failure(after_success(START), START, PAIR)
    assert is_known(tally, START + KNOWN_ADDRESS - timedelta(seconds=1))
    assert not is_known(tally, START + KNOWN_ADDRESS)
    assert not is_known(failures(1), START)


def test_an_attempt_that_turns_out_right_is_taken_back() -> None:
    counted = failures(6)
    assert without_failure(counted) == Tally(5.0, START)


@given(st.integers(1, 400), st.sampled_from(list(POLICIES.values())), st.timedeltas(timedelta(), timedelta(hours=3)))
def test_nobody_waits_longer_than_the_policy(count: int, policy, every: timedelta) -> None:
    tally = failures(count, policy, every)
    assert remaining_wait(tally, tally.as_of) <= policy.longest_delay
    assert 0 <= tally.level <= count


@pytest.mark.parametrize(
    ("wait", "seconds", "said"),
    [(0.2, 1, "1 seconde."), (59.5, 60, "1 minute."), (12, 12, "12 secondes."), (130, 130, "3 minutes.")],
)
def test_the_refusal_says_when_to_try_again(wait: float, seconds: int, said: str) -> None:
    refusal = TooManyAttemptsError(timedelta(seconds=wait))
    assert refusal.details == {"retry_after_seconds": seconds}
    assert refusal.detail.endswith(f"Réessayez dans {said}")
