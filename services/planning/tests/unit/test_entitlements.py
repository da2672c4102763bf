"""Prices by period."""

from datetime import date
from itertools import permutations

import pytest

from chassis.ids import new_id
from planning.domain.activities import Entitlement, Price

PAID = Price(1, date(2022, 9, 1), 350, "à l'unité")
FROM_OCTOBER = Price(2, date(2022, 10, 1), 330, "à l'unité")
CORRECTED = Price(3, date(2022, 10, 1), 100, "à l'unité")


@pytest.mark.parametrize("prices", permutations([PAID, FROM_OCTOBER, CORRECTED]))
def test_the_price_of_a_day_does_not_depend_on_the_order_of_news(prices) -> None:
    entitlement = Entitlement(new_id(), new_id(), date(2022, 9, 1), date(2023, 7, 8), tuple(prices))
    assert entitlement.price_on(date(2022, 9, 30)).unit_cents == 350
    assert entitlement.price_on(date(2022, 10, 1)).unit_cents == 100


def test_a_change_that_precedes_the_adhesion_prevails() -> None:
    early = Price(2, date(2022, 8, 1), 330, "à l'unité")
    entitlement = Entitlement(new_id(), new_id(), date(2022, 9, 1), date(2023, 7, 8), (early, PAID))
    assert entitlement.price_on(date(2022, 9, 1)).unit_cents == 330


def test_an_adhesion_covers_a_half_open_period() -> None:
    entitlement = Entitlement(new_id(), new_id(), date(2022, 9, 1), date(2023, 7, 8), (PAID,))
    days = [date(2022, 8, 31), date(2022, 9, 1), date(2023, 7, 7), date(2023, 7, 8)]
    assert [entitlement.covers(day) for day in days] == [False, True, True, False]
