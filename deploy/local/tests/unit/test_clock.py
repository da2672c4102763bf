from datetime import UTC, datetime

import pytest

from portail_local.clock import offset_seconds
from portail_local.errors import LocalError

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


def test_a_time_without_zone_is_of_paris() -> None:
    """4 July 2022, 09:00 in Alixan is 07:00 UTC."""
    expected = (datetime(2022, 7, 4, 7, 0, tzinfo=UTC) - NOW).total_seconds()
    assert offset_seconds("2022-07-04T09:00", NOW) == expected


def test_winter_time() -> None:
    assert offset_seconds("2026-01-15T13:00", NOW) == 0


def test_a_day_begins_at_midnight() -> None:
    assert offset_seconds("2026-01-16", NOW) == 11 * 3600


def test_now_is_real_time() -> None:
    assert offset_seconds("now", NOW) == 0


def test_anything_else_is_refused() -> None:
    with pytest.raises(LocalError, match="--at demain"):
        offset_seconds("demain", NOW)
