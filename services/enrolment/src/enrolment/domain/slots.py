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


def check_slots(slots: Sequence[Slot]) -> None:
    """Raises ``ValueError`` when codes or names repeat, times do not advance or a compatible slot does not exist."""
    codes = {slot.code for slot in slots}
    if len(codes) < len(slots) or len({slot.name.casefold() for slot in slots}) < len(slots):
        raise ValueError("each slot has a code and a name of its own")
    if any(slot.from_time >= slot.until_time for slot in slots):
        raise ValueError("a slot ends after it begins")
    if any(not set(slot.compatible_with) <= codes - {slot.code} for slot in slots):
        raise ValueError("a slot is compatible with other slots of the activity only")


def slot_prices(tariff: Tariff, slots: Sequence[Slot], quotient_familial: int | None) -> Mapping[str, int]:
    """Cents for one unit of each slot."""
    return {slot.code: unit_price(slot.unit or tariff.unit, quotient_familial) for slot in slots}
