"""Prices of the communes named in the field's notes, and what must hold for every tariff."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrolment.domain.pricing import Band, Bands, Flat, Rate, UnitTariff, price_grid, unit_price

pytestmark = pytest.mark.unit

BANDS = Bands((Band(622, 100), Band(1000, 330), Band(1500, 340), Band(None, 350)))
RATE = Rate(Decimal("3.6"), 260, 450)


@pytest.mark.parametrize(
    ("quotient_familial", "cents"),
    [(0, 100), (622, 100), (623, 330), (1000, 330), (1001, 340), (1500, 340), (1501, 350), (None, 350)],
)
def test_a_band_reaches_up_to_its_limit_included(quotient_familial: int | None, cents: int) -> None:
    assert unit_price(BANDS, quotient_familial) == cents


@pytest.mark.parametrize(
    ("quotient_familial", "cents"),
    [(0, 260), (722, 260), (1000, 360), (1235, 445), (1250, 450), (9999, 450), (None, 450)],
)
def test_a_rate_stays_between_floor_and_ceiling(quotient_familial: int | None, cents: int) -> None:
    assert unit_price(RATE, quotient_familial) == cents


def test_half_a_cent_is_rounded_up() -> None:
    assert unit_price(Rate(Decimal("0.5"), 0, 1000), 1010) == 51


def test_everyone_pays_the_flat_price() -> None:
    assert {unit_price(Flat(500), qf) for qf in (None, 0, 3000)} == {500}


def test_the_grid_names_every_band_and_marks_the_familys() -> None:
    grid = price_grid(BANDS, 800)
    assert [line.label for line in grid] == [
        "QF jusqu'à 622\N{NO-BREAK SPACE}€",
        "QF de 623 à 1\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}€",
        "QF de 1\N{NO-BREAK SPACE}001 à 1\N{NO-BREAK SPACE}500\N{NO-BREAK SPACE}€",
        "QF au-delà de 1\N{NO-BREAK SPACE}500\N{NO-BREAK SPACE}€",
    ]
    assert [line.yours for line in grid] == [False, True, False, False]


def test_without_a_quotient_the_highest_band_is_the_familys() -> None:
    assert [line.yours for line in price_grid(BANDS, None)] == [False, False, False, True]


def test_the_grid_of_a_rate_says_rate_floor_and_ceiling() -> None:
    (line,) = price_grid(RATE, 1000)
    assert line.label.replace("\N{NO-BREAK SPACE}", " ") == "0,36 % du QF, de 2,60 € à 4,50 €"
    assert line.unit_cents == 360


@pytest.mark.parametrize(
    "bands",
    [
        (),
        (Band(100, 1),),
        (Band(None, 1), Band(None, 2)),
        (Band(200, 1), Band(100, 2), Band(None, 3)),
        (Band(100, 1), Band(100, 2), Band(None, 3)),
    ],
)
def test_badly_formed_bands_are_refused(bands: tuple[Band, ...]) -> None:
    with pytest.raises(ValueError, match="tranche"):
        Bands(bands)


def test_a_floor_above_the_ceiling_is_refused() -> None:
    with pytest.raises(ValueError, match="plancher"):
        Rate(Decimal(1), 2, 1)


quotients = st.none() | st.integers(0, 1_000_000)
cents = st.integers(0, 1_000_000)


@st.composite
def any_bands(draw: st.DrawFn, *, rising: bool = False) -> Bands:
    limits = sorted(draw(st.sets(st.integers(0, 1_000_000), max_size=8)))
    prices = draw(st.lists(cents, min_size=len(limits) + 1, max_size=len(limits) + 1))
    prices = sorted(prices) if rising else prices
    return Bands(tuple(Band(limit, price) for limit, price in zip([*limits, None], prices, strict=True)))


@st.composite
def any_rate(draw: st.DrawFn) -> Rate:
    floor, ceiling = sorted((draw(cents), draw(cents)))
    return Rate(draw(st.decimals("0.0001", 1000, places=4)), floor, ceiling)


@given(any_bands(), quotients)
def test_no_price_is_above_the_highest_band(tariff: Bands, quotient_familial: int | None) -> None:
    highest = max(band.cents for band in tariff.bands)
    assert 0 <= unit_price(tariff, quotient_familial) <= highest == unit_price(tariff, None)


@given(any_bands(rising=True) | any_rate(), st.integers(0, 1_000_000), st.integers(0, 1_000_000))
def test_who_has_more_never_pays_less(tariff: UnitTariff, one: int, other: int) -> None:
    poorer, richer = sorted((one, other))
    assert unit_price(tariff, poorer) <= unit_price(tariff, richer) <= unit_price(tariff, None)


@given(any_rate(), quotients)
def test_a_rate_never_leaves_its_bounds(tariff: Rate, quotient_familial: int | None) -> None:
    assert tariff.floor_cents <= unit_price(tariff, quotient_familial) <= tariff.ceiling_cents


@given(any_bands() | any_rate(), quotients)
def test_the_grid_marks_one_line_at_the_price_due(tariff: UnitTariff, quotient_familial: int | None) -> None:
    own = [line.unit_cents for line in price_grid(tariff, quotient_familial) if line.yours]
    assert own == [unit_price(tariff, quotient_familial)]
