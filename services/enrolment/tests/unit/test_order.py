"""Outcomes of a payment: a success is final, otherwise the newest counts, in whatever order they come."""

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from enrolment.domain.order import Payment, PaymentState

pytestmark = pytest.mark.unit

NEGATIVE = [PaymentState.REFUSED, PaymentState.CANCELLED, PaymentState.EXPIRED]
Outcome = tuple[PaymentState, int]


def after(outcomes: list[Outcome]) -> PaymentState:
    payment = Payment(new_id(), new_id(), 3400)
    return reduce(lambda known, outcome: known.after(outcome[0], None, outcome[1]), outcomes, payment).state


@st.composite
def histories(draw: st.DrawFn) -> list[Outcome]:
    """Several refusals, then perhaps a success, numbered in the order they happened."""
    states = draw(st.lists(st.sampled_from(NEGATIVE), min_size=1, max_size=5))
    if draw(st.booleans()):
        states.append(PaymentState.SUCCEEDED)
    return [(state, number) for number, state in enumerate(states, start=1)]


@given(histories(), st.data())
def test_any_order_and_any_repetition_end_alike(history: list[Outcome], data: st.DataObject) -> None:
    repeated = history + data.draw(st.lists(st.sampled_from(history), max_size=5))
    assert after(data.draw(st.permutations(repeated))) is history[-1][0]


def test_a_payment_may_be_followed_by_another_only_after_a_negative_outcome() -> None:
    over = {state for state in PaymentState if Payment(new_id(), new_id(), 1, state).is_over}
    assert over == set(NEGATIVE)
