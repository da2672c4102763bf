"""«À payer dans l'heure», in words and to the minute."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from planning.domain.calendars import ActivityCalendar, During
from planning.domain.deadlines import WeeklyDeadline
from planning.domain.prompt_payment import describe_payment, pay_until, still_to_pay
from planning.domain.rules import Rule

RULE = Rule(WeeklyDeadline(2, time(23, 59), 1))
MONTAGNAC = ActivityCalendar(frozenset(range(5)), During.TERM, None, 0, RULE, RULE, pay_within=timedelta(hours=1))
NOW = datetime(2022, 9, 7, 21, 30, tzinfo=UTC)


def test_one_hour_after_the_booking() -> None:
    assert pay_until(MONTAGNAC, NOW, 350) == datetime(2022, 9, 7, 22, 30, tzinfo=UTC)


def test_nothing_is_to_be_paid_at_once_without_condition_or_price() -> None:
    assert pay_until(MONTAGNAC, NOW, 0) is None
    assert pay_until(replace(MONTAGNAC, pay_within=None), NOW, 350) is None
    assert pay_until(None, NOW, 350) is None


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (15, "dans les 15 minutes après"),
        (60, "dans l'heure après"),
        (90, "dans les 90 minutes après"),
        (120, "dans les 2 heures après"),
        (1440, "dans les 24 heures après"),
        (2880, "dans les 48 heures après"),
    ],
)
def test_in_words(minutes: int, words: str) -> None:
    assert words in describe_payment(timedelta(minutes=minutes))


def test_the_moment_is_the_communes() -> None:
    before, after = (datetime(2022, 10, 30, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert still_to_pay(before, "Europe/Paris").startswith("À payer avant le dimanche 30 octobre 2022 à 2h30,")
    assert still_to_pay(after, "Europe/Paris").startswith("À payer avant le dimanche 30 octobre 2022 à 2h30,")
    assert still_to_pay(after, "America/Martinique").startswith("À payer avant le samedi 29 octobre 2022 à 21h30,")
