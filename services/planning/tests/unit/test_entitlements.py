"""Prices by period, and what an adhesion covers."""

from datetime import UTC, date, datetime
from itertools import permutations

import pytest

from chassis.ids import new_id
from contracts.values import MemberKind
from planning.domain.activities import Activity, Entitlement, Price
from planning.domain.calendars import Holidays
from planning.domain.cells import Moment
from planning.domain.members import Member
from planning.domain.outlook import Outlook

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


def test_the_last_day_of_an_adhesion_is_said_as_the_last_one_that_can_be_booked() -> None:
    louis = Member(new_id(), MemberKind.CHILD, "Louis", date(2015, 3, 2), None)
    canteen = Activity(
        new_id(), "Cantine", "périscolaire", "Cantine", "2022/2023", date(2022, 9, 1), date(2023, 7, 31), new_id(), None
    )
    paid = Entitlement(louis.member_id, canteen.activity_id, date(2022, 9, 1), date(2023, 7, 8), (PAID,))
    moment = Moment(datetime(2022, 9, 1, tzinfo=UTC), date(2022, 9, 1), "Europe/Paris", "")
    family = Outlook(new_id(), moment, {}, {}, (paid,), Holidays())
    assert family.blocked_reason(louis, canteen, date(2023, 7, 7)) is None
    assert family.blocked_reason(louis, canteen, date(2023, 7, 8)) == (
        "L'adhésion de Louis à « Cantine » est valable du 01/09/2022 au 07/07/2023, pas ce jour-là."
    )
