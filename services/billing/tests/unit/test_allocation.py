from hypothesis import given
from hypothesis import strategies as st

from billing.domain.allocation import Due, allocate
from chassis.ids import new_id

cents = st.integers(min_value=0, max_value=10_000_000)
dues = st.lists(cents.map(lambda amount: Due(new_id(), amount)), max_size=20)


@given(cents, dues)
def test_no_cent_is_lost_and_no_invoice_overpaid(amount: int, owed: list[Due]) -> None:
    allocation = allocate(amount, owed)
    due = {item.invoice_id: item.cents for item in owed}
    assert allocation.paid_cents + allocation.surplus_cents == amount
    assert all(0 < part <= due[invoice_id] for invoice_id, part in allocation.paid.items())
    assert allocation.surplus_cents == max(0, amount - sum(due.values()))


def test_the_first_invoice_is_paid_first() -> None:
    first, second = Due(new_id(), 1200), Due(new_id(), 800)
    assert allocate(1500, [first, second]).paid == {first.invoice_id: 1200, second.invoice_id: 300}
