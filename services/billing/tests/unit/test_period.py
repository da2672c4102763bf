from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.domain.period import Period, due_day, period_to_run


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)))
def test_months_follow_one_another(day: date) -> None:
    period = Period(day.replace(day=1))
    assert period.first_day <= day < period.end
    assert Period(period.end).previous == period


def test_a_period_starts_on_the_first() -> None:
    with pytest.raises(ValueError, match="first day"):
        Period(date(2022, 9, 2))


def test_a_month_in_words() -> None:
    assert Period.parse("2022-08").name == "août 2022"


def test_a_month_has_ended_on_the_first_of_the_next() -> None:
    period = Period.parse("2022-09")
    assert not period.has_ended(date(2022, 9, 30))
    assert period.has_ended(date(2022, 10, 1))


@pytest.mark.parametrize(
    ("today", "period"),
    [(date(2022, 10, 1), "2022-09"), (date(2023, 1, 7), "2022-12"), (date(2022, 10, 8), None)],
)
def test_the_schedule_runs_the_month_before_on_its_first_days(today: date, period: str | None) -> None:
    assert period_to_run(today) == (Period.parse(period) if period else None)


def test_thirty_days_to_pay() -> None:
    assert due_day(date(2022, 9, 30)) == date(2022, 10, 30)
