"""What the list of the day adds to a bill: in cents, and in the words of invoices and of the policy."""

from datetime import date, time, timedelta

import pytest

from planning.domain.absence_policy import AbsencePolicy
from planning.domain.supplements import (
    LateRate,
    Rate,
    Rates,
    SupplementKind,
    describe_rates,
    examples,
    minutes_late,
    supplements,
)

TODAY = date(2022, 9, 5)
DAY = timedelta(days=1)
ALL = Rates(Rate(100, 200), Rate(0, 150), LateRate(250, True, 5))


@pytest.mark.parametrize(
    ("rate", "cents"),
    [(Rate(150), 525), (Rate(100, 200), 550), (Rate(0, 850), 850), (Rate(150, 10), 535), (Rate(), 0), (Rate(1), 4)],
)
def test_a_percentage_and_cents_together(rate: Rate, cents: int) -> None:
    assert (rate.cents_of(350), bool(rate)) == (cents, cents > 0)


@pytest.mark.parametrize(
    ("minutes", "per_quarter", "each_time"),
    [(0, 0, 0), (5, 0, 0), (6, 250, 250), (15, 250, 250), (16, 500, 250), (45, 750, 250), (46, 1000, 250)],
)
def test_late_is_beyond_what_is_tolerated_and_counted_from_the_end(minutes, per_quarter, each_time) -> None:
    assert LateRate(250, True, 5).cents_of(minutes) == per_quarter
    assert LateRate(250, False, 5).cents_of(minutes) == each_time


@pytest.mark.parametrize(
    ("ends", "left_at", "minutes"),
    [
        (time(18, 30), time(18, 30), 0),
        (time(18, 30), time(19, 1), 31),
        (time(18, 30), time(17, 45), 0),
        (None, time(19), None),
        (time(18, 30), None, None),
    ],
)
def test_minutes_are_counted_from_the_end_of_the_slot(ends, left_at, minutes) -> None:
    assert minutes_late(ends, left_at) == minutes


@pytest.mark.parametrize(
    ("booked", "present", "late", "expected"),
    [
        (True, True, None, []),
        (True, True, 5, []),
        (True, True, 20, [("départ en retard, 2 quarts d'heure", 500)]),
        (True, False, None, [("supplément pour absence non annoncée", 150)]),
        (False, False, None, []),
        (False, True, 7, [("présence sans réservation", 550), ("départ en retard, 1 quart d'heure", 250)]),
    ],
)
def test_what_the_list_says_is_named_and_priced(booked, present, late, expected) -> None:
    found = supplements(ALL, 350, booked=booked, excused=False, present=present, late_minutes=late)
    assert [(each.words, each.cents) for each in found] == expected


@pytest.mark.parametrize(("present", "expected"), [(True, [("présence malgré l'absence annoncée", 350)]), (False, [])])
def test_who_came_though_excused_is_billed_as_booked_whatever_the_rates(present, expected) -> None:
    found = supplements(Rates(), 350, booked=True, excused=True, present=present, late_minutes=None)
    assert [(each.words, each.cents) for each in found] == expected


def test_each_time_says_no_quarters() -> None:
    rates = Rates(late=LateRate(500, False))
    (found,) = supplements(rates, 350, booked=True, excused=False, present=True, late_minutes=40)
    assert (found.kind, found.words, found.cents) == (SupplementKind.LATE, "départ en retard", 500)


def test_parents_read_every_rate() -> None:
    assert describe_rates(Rates()) == []
    assert [sentence.replace("\xa0", " ") for sentence in describe_rates(ALL)] == [
        "Venir sans réservation est facturé 2,00 € de plus que le prix.",
        "Un jour réservé sans venir ni prévenir est facturé, en plus de son prix, 1,50 €.",
        "Un départ en retard de plus de 5 minutes est facturé 2,50 € par quart d'heure commencé depuis l'heure de fin.",
    ]
    others = Rates(Rate(0, 850), Rate(50, 100), LateRate(500, False))
    assert [sentence.replace("\xa0", " ") for sentence in describe_rates(others)] == [
        "Venir sans réservation est facturé 8,50 €, à la place du prix habituel.",
        "Un jour réservé sans venir ni prévenir est facturé, en plus de son prix, 50 % du prix et 1,00 €.",
        "Un départ en retard est facturé 5,00 € à chaque fois.",
    ]


def test_figures_are_what_would_be_billed() -> None:
    assert [sentence.replace("\xa0", " ") for sentence in examples(ALL)] == [
        "Venir sans réservation : 7,00 € au lieu de 5,00 €.",
        "Ne pas venir sans prévenir : 5,00 € et 1,50 € de supplément, soit 6,50 €.",
        "Partir 20 minutes après l'heure : 5,00 € de supplément.",
    ]
    assert "31 minutes" in examples(Rates(late=LateRate(100, True, 30)))[0]


def test_rates_hold_from_the_day_after_they_are_set() -> None:
    first, second = Rates(Rate(150)), Rates(Rate(200))
    policy = AbsencePolicy(rates=first).in_place_of(AbsencePolicy(), TODAY)
    assert [policy.rates_on(day) for day in (TODAY - DAY, TODAY, TODAY + DAY)] == [Rates(), Rates(), first]
    later = AbsencePolicy(rates=second).in_place_of(policy, TODAY + 9 * DAY)
    again = AbsencePolicy(rates=ALL).in_place_of(later, TODAY + 9 * DAY)
    assert [later.rates_on(TODAY + days * DAY) for days in (0, 1, 9, 10)] == [Rates(), first, first, second]
    assert [again.rates_on(TODAY + days * DAY) for days in (0, 1, 9, 10)] == [Rates(), first, first, ALL]
    same = AbsencePolicy(grace_days=3, rates=ALL).in_place_of(again, TODAY + 20 * DAY)
    assert same.earlier == again.earlier
