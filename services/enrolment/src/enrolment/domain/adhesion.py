"""Adhesions in force, and the price of a unit to their holders over time."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from enrolment.domain.pricing import UnitTariff, unit_price


@dataclass(frozen=True)
class Adhesion:
    """An adhesion that was just put in force for ``[valid_from, valid_until)``."""

    adhesion_id: UUID
    family_id: UUID
    member_id: UUID
    activity_id: UUID
    amount_cents: int
    valid_from: date
    valid_until: date
    price: "Price"


@dataclass(frozen=True)
class Price:
    """Cents for one unit, and how it is counted («à l'unité»)."""

    unit_cents: int
    label: str


@dataclass(frozen=True)
class Entitlement:
    """An adhesion in force with what decides its price. ``price`` is the one already fixed for the day considered."""

    adhesion_id: UUID
    family_id: UUID
    member_id: UUID
    activity_id: UUID
    quotient_familial: int | None
    unit: UnitTariff
    label: str
    price: Price

    @property
    def due_price(self) -> Price:
        """The price that the tariff and the quotient familial of today give."""
        return Price(unit_price(self.unit, self.quotient_familial), self.label)
