"""Credits pay invoices: in order, never more than there is on either side."""

from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from billing.domain.allocation import Due
from billing.domain.deduction import Credit, Deduction, deduct, usable_cents

A, B, X, Y = (UUID(int=number) for number in range(1, 5))


def test_the_first_credit_pays_the_first_invoice():
    assert deduct([Credit(A, 300), Credit(B, 500)], [Due(X, 400), Due(Y, 1000)]) == [
        Deduction(A, X, 300),
        Deduction(B, X, 100),
        Deduction(B, Y, 400),
    ]


def test_what_the_family_owes_is_not_spent():
    assert deduct([Credit(A, -200), Credit(B, 500)], [Due(X, 400)]) == [Deduction(B, X, 300)]
    assert deduct([Credit(A, -600), Credit(B, 500)], [Due(X, 400)]) == []


@given(st.lists(st.integers(-500, 500), max_size=6), st.lists(st.integers(0, 500), max_size=6))
def test_nothing_is_lost_nor_made(held: list[int], owed: list[int]):
    credits_held = [Credit(UUID(int=number + 1), cents) for number, cents in enumerate(held)]
    dues = [Due(UUID(int=number + 1), cents) for number, cents in enumerate(owed)]
    by_source, by_invoice = Counter(), Counter()
    for part in deduct(credits_held, dues):
        assert part.cents > 0
        by_source[part.source_id] += part.cents
        by_invoice[part.invoice_id] += part.cents
    assert all(by_source[credit.source_id] <= max(credit.cents, 0) for credit in credits_held)
    assert all(by_invoice[due.invoice_id] <= due.cents for due in dues)
    assert by_source.total() == min(usable_cents(credits_held), sum(owed))
