"""The parts of the day for which an activity is booked (*créneaux*)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time

from enrolment.domain.pricing import Tariff, UnitTariff, unit_price


@dataclass(frozen=True)
class Slot:
    """A part of the day, local times. ``unit`` is its own tariff; None: the activity's.

    Slots whose times overlap exclude each other on a day, unless one names the other in ``compatible_with``.
    """

    code: str
    name: str
    from_time: time
    until_time: time
    compatible_with: tuple[str, ...] = ()
    unit: UnitTariff | None = None

    def __post_init__(self) -> None:
        """Raises ``ValueError`` when it does not end after it begins."""
        if self.from_time >= self.until_time:
            raise ValueError("un créneau finit après avoir commencé")


def check_slots(slots: Sequence[Slot]) -> None:
    """Raises ``ValueError`` when codes or names repeat or a compatible slot does not exist."""
    codes = {slot.code for slot in slots}
    if len(codes) < len(slots) or len({slot.name.casefold() for slot in slots}) < len(slots):
        raise ValueError("chaque créneau a un nom et un code à lui")
    if any(not set(slot.compatible_with) <= codes - {slot.code} for slot in slots):
        raise ValueError("un créneau ne se cumule qu'avec d'autres créneaux de l'activité")


def slot_prices(tariff: Tariff, slots: Sequence[Slot], quotient_familial: int | None) -> Mapping[str, int]:
    """Cents for one unit of each slot."""
    return {slot.code: unit_price(slot.unit or tariff.unit, quotient_familial) for slot in slots}
