"""Adhesions in force, and the price of a unit to their holders over time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from enrolment.domain.pricing import Tariff, unit_price
from enrolment.domain.slots import Slot, slot_prices


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
    """Cents for one unit, how it is counted («à l'unité»), and cents for one unit of each slot there is."""

    unit_cents: int
    label: str
    slot_cents: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, tariff: Tariff, slots: Sequence[Slot], quotient_familial: int | None) -> "Price":
        """The price that a tariff gives a family."""
        unit_cents = unit_price(tariff.unit, quotient_familial)
        return cls(unit_cents, tariff.label, slot_prices(tariff, slots, quotient_familial))


@dataclass(frozen=True)
class Entitlement:
    """An adhesion in force with what decides its price. ``price`` is the one already fixed for the day considered."""

    adhesion_id: UUID
    family_id: UUID
    member_id: UUID
    activity_id: UUID
    quotient_familial: int | None
    tariff: Tariff
    slots: tuple[Slot, ...]
    price: Price

    @property
    def due_price(self) -> Price:
        """The price that the tariff and the quotient familial of today give."""
        return Price.of(self.tariff, self.slots, self.quotient_familial)
