"""The price of one booked unit for a family, from a tariff and the family's quotient familial (QF).

The QF is in whole euros, prices are in cents. A family that declared no QF pays the highest price of the grid.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from chassis.french import NO_BREAK_SPACE, euros, grouped


@dataclass(frozen=True)
class GridLine:
    """One line of the price grid as a family reads it. ``yours`` marks the line that applies to it."""

    label: str
    unit_cents: int
    yours: bool


@dataclass(frozen=True)
class Flat:
    """The same price for everyone."""

    cents: int
    kind: Literal["flat"] = "flat"


@dataclass(frozen=True)
class Band:
    """A price for every QF up to and including ``up_to``; None has no upper limit."""

    up_to: int | None
    cents: int


@dataclass(frozen=True)
class Bands:
    """Prices by QF band. Limits rise strictly and only the last band is open.

    Raises ``ValueError`` when they do not.
    """

    bands: tuple[Band, ...]
    kind: Literal["bands"] = "bands"

    def __post_init__(self) -> None:
        limits = [band.up_to for band in self.bands[:-1]]
        if not self.bands or self.bands[-1].up_to is not None or None in limits:
            raise ValueError("la dernière tranche, et elle seule, n'a pas de plafond de quotient familial")
        rising = [limit for limit in limits if limit is not None]
        if rising != sorted(set(rising)):
            raise ValueError("les plafonds des tranches montent de l'une à la suivante")


@dataclass(frozen=True)
class Rate:
    """A rate of the QF in per mille, between a floor and a ceiling. Raises ``ValueError`` when they cross."""

    per_mille_of_qf: Decimal
    floor_cents: int
    ceiling_cents: int
    kind: Literal["rate"] = "rate"

    def __post_init__(self) -> None:
        if self.floor_cents > self.ceiling_cents:
            raise ValueError("le prix plancher ne dépasse pas le prix plafond")


UnitTariff = Flat | Bands | Rate


@dataclass(frozen=True)
class Tariff:
    """What an activity costs: once for the adhesion, then per booked unit. ``label`` says how («à l'unité»)."""

    adhesion_fee_cents: int
    label: str
    unit: UnitTariff


def unit_price(tariff: UnitTariff, quotient_familial: int | None) -> int:
    """Cents for one unit. Rates are rounded to the nearest cent, halves up."""
    match tariff:
        case Flat(cents):
            return cents
        case Bands(bands):
            return _band_of(bands, quotient_familial).cents
        case Rate(per_mille, floor, ceiling):
            if quotient_familial is None:
                return ceiling
            exact = per_mille * quotient_familial / 10
            return min(max(int(exact.quantize(Decimal(1), ROUND_HALF_UP)), floor), ceiling)


def price_grid(tariff: UnitTariff, quotient_familial: int | None) -> list[GridLine]:
    """The whole grid in words, with the family's own line marked."""
    match tariff:
        case Flat(cents):
            return [GridLine("Tarif unique", cents, True)]
        case Bands(bands):
            own = _band_of(bands, quotient_familial)
            previous = [None, *(band.up_to for band in bands)]
            return [
                GridLine(_band_label(after, band.up_to), band.cents, band == own)
                for after, band in zip(previous, bands, strict=False)
            ]
        case Rate(per_mille, floor, ceiling):
            percent = f"{(per_mille / 10).normalize():f}".replace(".", ",")
            label = f"{percent}{NO_BREAK_SPACE}% du QF, de {euros(floor)} à {euros(ceiling)}"
            return [GridLine(label, unit_price(tariff, quotient_familial), True)]


def _band_of(bands: tuple[Band, ...], quotient_familial: int | None) -> Band:
    if quotient_familial is None:
        return max(bands, key=lambda band: band.cents)
    return next(band for band in bands if band.up_to is None or quotient_familial <= band.up_to)


def _band_label(after: int | None, up_to: int | None) -> str:
    if up_to is None:
        return "Tous les QF" if after is None else f"QF au-delà de {_whole_euros(after)}"
    if after is None:
        return f"QF jusqu'à {_whole_euros(up_to)}"
    return f"QF de {grouped(after + 1)} à {_whole_euros(up_to)}"


def _whole_euros(amount: int) -> str:
    return f"{grouped(amount)}{NO_BREAK_SPACE}€"
