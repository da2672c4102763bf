"""Amounts, dates and sizes as French readers write them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from web.rendering import formatting

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("cents", "written"),
    [(3400, "34,00\u00a0€"), (0, "0,00\u00a0€"), (-500, "-5,00\u00a0€"), (123456, "1\u00a0234,56\u00a0€")],
)
def test_money(cents, written) -> None:
    assert formatting.money(cents) == written


def test_dates() -> None:
    day = date(2022, 9, 1)
    assert formatting.long_date(day) == "jeudi 1er septembre 2022"
    assert formatting.short_date(day) == "01/09/2022"
    assert formatting.month_title(day) == "Septembre 2022"
    assert [formatting.week_day(date(2022, 8, 29 + n) if n < 3 else date(2022, 9, n - 2)) for n in range(7)] == [
        "Lu", "Ma", "Me", "Je", "Ve", "Sa", "Di",
    ]  # fmt: skip
    assert (
        formatting.moment(datetime(2022, 7, 4, 7, 5, tzinfo=UTC), ZoneInfo("Europe/Paris")) == "4 juillet 2022 à 09:05"
    )


@pytest.mark.parametrize(("size", "written"), [(106_000, "106\u00a0Ko"), (12, "1\u00a0Ko"), (1_240_000, "1,2\u00a0Mo")])
def test_file_size(size, written) -> None:
    assert formatting.file_size(size) == written
