"""From where money that goes back is taken."""

from hypothesis import given
from hypothesis import strategies as st

from billing.domain.taking_back import Use, take_back
from chassis.ids import new_id

FIRST, SECOND = new_id(), new_id()


def test_unused_money_goes_first_then_the_latest_invoice():
    uses = [Use(FIRST, 1000), Use(None, 300), Use(SECOND, 500)]
    assert take_back(200, uses) == [Use(None, 200)]
    assert take_back(1000, uses) == [Use(None, 300), Use(SECOND, 500), Use(FIRST, 200)]


@given(st.integers(0, 10_000), st.lists(st.integers(1, 3000), max_size=4))
def test_nothing_is_lost(cents, lying):
    uses = [Use(None if rank == 1 else new_id(), part) for rank, part in enumerate(lying)]
    taken = take_back(cents, uses)
    assert sum(use.cents for use in taken) == cents
    assert all(use.cents > 0 for use in taken)


def test_what_is_found_nowhere_is_owed():
    assert take_back(700, [Use(FIRST, 500)]) == [Use(FIRST, 500), Use(None, 200)]
